import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/types.ts';
import { putJobs, type GpuJob } from './job-store.ts';

/** A job that a GPU still works for is written again this often; see `seenMs` of the comparison. */
const againMs = 60_000;
/** GPUs remembered; beyond, the whole memory is dropped, and written anew. */
const maxRemembered = 100_000;

/** Remembers which jobs GPUs work for. Writes what is new, and what was not written for a minute. */
export const createNoteJobs = ({
  db,
  clock,
}: {
  readonly db: Database;
  readonly clock: Pick<Clock, 'nowMs'>;
}): ((jobs: readonly GpuJob[]) => Promise<void>) => {
  const written = new Map<string, { readonly job: string; readonly atMs: number }>();
  return async (jobs) => {
    const nowMs = clock.nowMs();
    const due = jobs.filter(({ gpuId, job }) => {
      const known = written.get(gpuId);
      return known?.job !== job || nowMs - known.atMs >= againMs;
    });
    if (due.length === 0) return;
    if (written.size + due.length > maxRemembered) written.clear();
    await putJobs(db, due, new Date(nowMs));
    for (const { gpuId, job } of due) written.set(gpuId, { job, atMs: nowMs });
  };
};
