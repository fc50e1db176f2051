import { insertJobPods } from '../pod-store.ts';
import type { WorkloadObservation } from '../runtime/port.ts';
import type { JobStep } from './job-step.ts';

/**
 * Notes which pods are of the job as soon as they are there, so that what is seen of their processes is the job's. Done before
 * the observation is kept: after a crash in between, it is done again.
 */
export const notePods = async (
  { deps, row, nowMs }: JobStep,
  seen: Pick<WorkloadObservation, 'members'>,
): Promise<void> => {
  const known = new Set(row.observed.members?.map(({ podUid }) => podUid));
  const uids = seen.members.flatMap(({ podUid }) => podUid ?? []).filter((uid) => !known.has(uid));
  if (uids.length === 0) return;
  await deps.db.transaction(async (tx) => {
    const fresh = await insertJobPods(tx, row.id, uids, new Date(nowMs));
    if (fresh.length > 0) await deps.tieProcesses(tx, row.id, fresh);
  });
};
