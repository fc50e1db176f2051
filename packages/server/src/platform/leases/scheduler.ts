import type { Logger } from 'pino';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../database/types.ts';
import { beginTask, endTask, taskDueInMs } from './store.ts';
import type { Lease, Leases, PeriodicTask, Scheduler } from './types.ts';

export interface SchedulerDeps {
  readonly db: Database;
  readonly leases: Leases;
  readonly log: Logger;
  /** From 0 to less than 1. */
  readonly random: () => number;
  readonly tasks: readonly PeriodicTask[];
  /** How long a replica's silence keeps its task from the others, in milliseconds. */
  readonly leaseTtlMs?: number;
}

/** A task that is due is looked for this often at most, and one that is not due at least. */
const shortestLookMs = 50;
const longestLookMs = 30_000;
const errorPauseMs = 5_000;
const defaultTtlMs = 30_000;
const maxErrorLength = 500;

const runUnder = async (deps: SchedulerDeps, task: PeriodicTask, lease: Lease, stopping: AbortSignal) => {
  const { db, log } = deps;
  await beginTask(db, task.name);
  let failure: string | null = null;
  try {
    await task.run(AbortSignal.any([lease.signal, stopping]));
  } catch (error) {
    failure = (error instanceof Error ? error.message : String(error)).slice(0, maxErrorLength);
    log.warn({ err: error, task: task.name }, 'a periodic task failed; it runs again after its interval');
  }
  // A run that a stop cut short is not finished: another replica takes it over. Nor may one whose lease was lost say so.
  if (stopping.aborted && failure !== null) return;
  if (lease.isHeld()) await endTask(db, task.name, failure);
};

/** One look at one task; answers after how many milliseconds to look again. */
const look = async (deps: SchedulerDeps, task: PeriodicTask, stopping: AbortSignal): Promise<number> => {
  const { db, leases, leaseTtlMs = defaultTtlMs } = deps;
  const name = `task:${task.name}`;
  const dueMs = await taskDueInMs(db, task.name, task.intervalMs);
  if (dueMs > 0) return dueMs;
  const lease = await leases.acquire(name, { ttlMs: leaseTtlMs });
  // Somebody is at it. Should it die, its lease is free after that time.
  if (lease === undefined) return Math.min(task.intervalMs, leaseTtlMs / 2);
  try {
    // Whoever had the lease until now may just have run it.
    const stillDueMs = await taskDueInMs(db, task.name, task.intervalMs);
    if (stillDueMs > 0) return stillDueMs;
    await runUnder(deps, task, lease, stopping);
    return task.intervalMs;
  } finally {
    await lease.release();
  }
};

const repeat = async (deps: SchedulerDeps, task: PeriodicTask, stopping: AbortSignal): Promise<void> => {
  while (!stopping.aborted) {
    let waitMs: number;
    try {
      waitMs = Math.min(longestLookMs, Math.max(shortestLookMs, await look(deps, task, stopping)));
    } catch (error) {
      deps.log.warn({ err: error, task: task.name }, 'a periodic task could not be looked at');
      waitMs = errorPauseMs;
    }
    // Replicas that look at the same moment would race for the same lease every time.
    const jitteredMs = waitMs + deps.random() * Math.min(1_000, waitMs * 0.1);
    await sleep(jitteredMs, undefined, { signal: stopping }).catch(() => undefined);
  }
};

/**
 * Runs each task once per interval in the whole cluster, counted from start to start. A replica that dies in the middle
 * of a run leaves it to another, after `leaseTtlMs`; so tasks bear being run again.
 */
export const createScheduler = (deps: SchedulerDeps): Scheduler => {
  const stopping = new AbortController();
  let loops: Promise<void>[] = [];
  return {
    start: () => {
      loops = deps.tasks.map((task) => repeat(deps, task, stopping.signal));
      return Promise.resolve();
    },
    stop: async () => {
      stopping.abort();
      await Promise.all(loops);
    },
  };
};
