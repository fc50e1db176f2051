import { addEvent } from '../event-store.ts';
import { patchJob } from '../job-store.ts';
import { shutEndMs } from '../life.ts';
import { endJob, type JobStep, type Next } from './job-step.ts';

const reason = 'Its user was disabled';

const end = async (step: JobStep): Promise<Next> => {
  const { deps, row } = step;
  await deps.recordEnding({ jobId: row.id, userId: row.user_id, username: row.username, reason });
  return endJob(step, 'cancelled', reason);
};

/** Writes that the doors are shut, or open again; the look that follows makes it so. */
const note = async (
  { deps, row, nowMs }: JobStep,
  shutSinceMs: number | undefined,
  message: string,
): Promise<Next> => {
  await deps.db.transaction(async (tx) => {
    const written = await patchJob(tx, row, deps.workerId, { observed: { ...row.observed, shutSinceMs } });
    if (written) await addEvent(tx, { jobId: row.id, at: new Date(nowMs), kind: 'access', message });
  });
  return 'again';
};

/**
 * What becomes of a job whose user was disabled: one that does not run yet ends at once; of one that runs the doors are
 * shut, and it ends after the grace that every end has. Undefined: nothing, it goes on.
 */
export const stepOfShutOut = async (step: JobStep): Promise<Next | undefined> => {
  const { deps, row, nowMs } = step;
  const isShut = row.observed.shutSinceMs !== undefined;
  if (!(await deps.owners.isShutOut(row.user_id)))
    return isShut ? note(step, undefined, 'Its user was enabled again: it goes on') : undefined;
  if (row.status !== 'active' || nowMs >= shutEndMs(row, deps.limits)) return end(step);
  if (isShut) return undefined;
  const { graceSeconds } = deps.limits;
  return note(step, nowMs, `${reason}: nobody gets in any more, and it ends in ${graceSeconds} seconds`);
};
