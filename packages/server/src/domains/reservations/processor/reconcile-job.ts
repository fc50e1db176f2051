import { claimJob, findJob, patchJob, releaseClaim } from '../job-store.ts';
import { findDisk } from '../disk-store.ts';
import { backoffMs, isFinal } from '../life.ts';
import type { ProcessorDeps } from './deps.ts';
import { stepFinal } from './finish-job.ts';
import { endJob, moveTo, type JobStep, type Next } from './job-step.ts';
import { makeDisk } from './reconcile-disk.ts';
import { stepOfShutOut } from './shut-out.ts';
import { stepPreparing, stepQueued } from './start-job.ts';
import { stepActive } from './watch-job.ts';

/** Steps of one wake; a job that wants more is woken again. */
const maxSteps = 12;
const pendingLookMs = 1_000;

export type Reconciled = 'done' | 'busy' | 'unknown';

/** `pending`: its disk is a copy under way. It queues, and holds devices, when that is made. */
const stepPending = async (step: JobStep): Promise<Next> => {
  const { row, deps, nowMs } = step;
  const disk = row.disk_id === null ? undefined : await findDisk(deps.db, row.disk_id);
  if (disk?.status === 'creating' && disk.deleted_at === null) {
    const made = await makeDisk(deps, disk);
    if (made.kind === 'pending') return { dueMs: nowMs + pendingLookMs };
    if (made.kind === 'failed') return endJob(step, 'failed', `Its disk could not be made: ${made.reason}`);
  }
  // What became of the disk otherwise is told where the job is started on it.
  return moveTo(step, 'queued', 'Waiting for its turn');
};

const stepOf = async (step: JobStep): Promise<Next> => {
  const { row } = step;
  if (isFinal(row.status)) return stepFinal(step);
  if (row.cancel_requested_at !== null)
    return endJob(step, 'cancelled', row.cancel_reason ?? 'Cancelled by its user');
  const shut = await stepOfShutOut(step);
  if (shut !== undefined) return shut;
  if (row.status === 'pending') return stepPending(step);
  if (row.status === 'queued') return stepQueued(step);
  return row.status === 'preparing' ? stepPreparing(step) : stepActive(step);
};

/** One step; a runtime that fails for now is asked again later, with growing pauses. */
const guardedStep = async (step: JobStep): Promise<Next> => {
  const { deps, row, nowMs } = step;
  try {
    return await stepOf(step);
  } catch (err) {
    deps.log.warn({ err, job_id: row.id, status: row.status }, 'a step of a job failed; it is tried again');
    await patchJob(deps.db, row, deps.workerId, { attempts: row.attempts + 1 });
    return { dueMs: nowMs + backoffMs(row.attempts) };
  }
};

/**
 * Takes the job, compares what should be with what is, and moves it step by step until it waits for something. Any
 * number of workers may try at once, messages may come twice, late or in any order, and a worker may die anywhere: the
 * next look finds what is missing. `busy`: another worker has it.
 */
export const reconcileJob = async (
  deps: ProcessorDeps,
  jobId: string,
  requestPass: () => void,
): Promise<Reconciled> => {
  for (let steps = 0; steps < maxSteps; steps += 1) {
    const row = await claimJob(deps.db, jobId, deps.workerId, deps.claimSeconds);
    if (row === undefined) {
      const found = await findJob(deps.db, jobId);
      if (found === undefined) return 'unknown';
      return found.released_at === null ? 'busy' : 'done';
    }
    const next = await guardedStep({ deps, row, nowMs: deps.clock.nowMs(), requestPass });
    if (next === 'again') continue;
    if (Number.isFinite(next.dueMs)) {
      await deps.db.query(
        `UPDATE jobs SET due_at = CASE WHEN status = $3 AND cancel_requested_at IS NOT DISTINCT FROM $4
                                   AND expires_at IS NOT DISTINCT FROM $5 THEN $6 ELSE least(due_at, $6) END,
                claimed_by = NULL, claimed_until = NULL
          WHERE id = $1 AND claimed_by = $2`,
        [jobId, deps.workerId, row.status, row.cancel_requested_at, row.expires_at, new Date(next.dueMs)],
      );
    }
    return 'done';
  }
  await releaseClaim(deps.db, jobId, deps.workerId);
  return 'done';
};
