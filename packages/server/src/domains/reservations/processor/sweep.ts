import { setTimeout as sleep } from 'node:timers/promises';
import { listTypes, putCapacity, toWorkloadType } from '../cluster-store.ts';
import { takeDueOperations } from '../disk-store.ts';
import { openAmong, takeDueJobs } from '../job-store.ts';
import { messageOf, type ProcessorDeps } from './deps.ts';
import { sweepDisks } from './reconcile-disk.ts';

const wokenAtOnce = 500;
/** A message that was lost, or whose worker died, is made up for after this. */
const nextLookMs = 30_000;

/** Wakes what is due: jobs and operations, each once, with messages of the same transaction. Answers how many. */
export const wakeDue = (deps: ProcessorDeps): Promise<number> =>
  deps.db.transaction(async (tx) => {
    const now = new Date(deps.clock.nowMs());
    const later = new Date(now.getTime() + nextLookMs);
    const jobs = await takeDueJobs(tx, now, later, wokenAtOnce);
    const operations = await takeDueOperations(tx, now, later, wokenAtOnce);
    if (jobs.length > 0)
      await deps.sender.sendBatch(
        tx,
        deps.queues.jobs,
        jobs.map((id) => messageOf('look', { job_id: id }, 'sweep', now)),
      );
    if (operations.length > 0)
      await deps.sender.sendBatch(
        tx,
        deps.queues.disks,
        operations.map((id) => messageOf('look', { operation_id: id }, 'sweep', now)),
      );
    return jobs.length + operations.length;
  });

/** Ends workloads whose jobs are over and given back, or that nobody knows. */
export const removeOrphans = async (deps: ProcessorDeps): Promise<number> => {
  // What runs is asked first: a job's row is there before its workload, so what it lacks by now is an orphan.
  const running = await deps.runtime.list();
  const open = await openAmong(
    deps.db,
    running.map(({ jobId }) => jobId),
  );
  const orphans = running.filter(({ jobId, state }) => !open.has(jobId) && state.kind !== 'absent');
  for (const { jobId, profile } of orphans) {
    deps.log.warn({ job_id: jobId }, 'a workload without a job is ended');
    await deps.runtime.remove({ jobId, profile }, { graceSeconds: 0 });
  }
  return orphans.length;
};

/** Asks the runtime what its nodes have, for every replica. */
export const refreshCapacity = async (deps: ProcessorDeps): Promise<void> => {
  const types = (await listTypes(deps.db)).filter(({ enabled }) => enabled).map(toWorkloadType);
  await putCapacity(deps.db, deps.runtime.name, await deps.runtime.capacity(types));
};

export interface Loop {
  stop(): Promise<void>;
}

/** Repeats `work` with pauses that it decides; failures are said once, and waited out. */
const repeat = (deps: ProcessorDeps, name: string, work: () => Promise<number>): Loop => {
  const stopping = new AbortController();
  let failing = false;
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      let pauseMs = 5_000;
      try {
        pauseMs = await work();
        failing = false;
      } catch (err) {
        if (!failing) deps.log.warn({ err, loop: name }, 'a sweep of reservations failed; it goes on trying');
        failing = true;
      }
      await sleep(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const running = run();
  return {
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
};

export interface SweepPauses {
  /** After a sweep that found something, and after one that did not. */
  readonly busyMs: number;
  readonly quietMs: number;
  readonly capacityMs: number;
  readonly orphansMs: number;
  readonly disksMs: number;
  /** Between two claims of a runtime that is in one place. */
  readonly homeMs: number;
}
export const defaultPauses: SweepPauses = {
  busyMs: 150,
  quietMs: 400,
  capacityMs: 5_000,
  orphansMs: 30_000,
  disksMs: 60_000,
  homeMs: 20_000,
};

export const startSweeps = (
  deps: ProcessorDeps,
  pauses: SweepPauses,
  onCapacity: () => void,
): readonly Loop[] => [
  repeat(deps, 'due', async () => ((await wakeDue(deps)) > 0 ? pauses.busyMs : pauses.quietMs)),
  repeat(deps, 'capacity', async () => {
    await refreshCapacity(deps);
    onCapacity();
    return pauses.capacityMs;
  }),
  repeat(deps, 'orphans', async () => {
    await removeOrphans(deps);
    return pauses.orphansMs;
  }),
  repeat(deps, 'disks', async () => {
    await sweepDisks(deps);
    return pauses.disksMs;
  }),
];
