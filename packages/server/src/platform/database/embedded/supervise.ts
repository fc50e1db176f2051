import { setTimeout as sleep } from 'node:timers/promises';
import type { DatabaseLog } from '../log.ts';
import type { Postmaster, PostmasterExit } from './postmaster.ts';

const firstRetryMs = 100;
const maxRetryMs = 5_000;
// A server that ran this long did not fail at starting: the next restart is prompt again.
const stableAfterMs = 60_000;

export const restartDelayMs = (failures: number): number =>
  Math.min(maxRetryMs, firstRetryMs * 2 ** Math.min(failures, 10));

export interface Supervisor {
  current(): Postmaster;
  /** Ends the watch: no restart happens after this resolves. */
  end(): Promise<void>;
}

/** Starts PostgreSQL anew whenever it ends by itself, ever more slowly while that keeps failing. */
export const supervise = (options: {
  first: Postmaster;
  relaunch: () => Promise<Postmaster>;
  onExit: (exit: PostmasterExit) => void;
  stopping: AbortSignal;
  log: DatabaseLog;
}): Supervisor => {
  const { relaunch, stopping, log } = options;
  let current = options.first;
  let startedAt = performance.now();
  let failures = 0;
  // Asked through a function: between two awaits the answer changes, which a narrowed property hides.
  const hasStopped = () => stopping.aborted;
  const pause = () =>
    sleep(restartDelayMs(failures), undefined, { ref: false, signal: stopping }).catch(() => undefined);

  const restart = async (): Promise<void> => {
    while (!stopping.aborted) {
      await pause();
      if (hasStopped()) return;
      try {
        current = await relaunch();
        startedAt = performance.now();
        log.info({ pid: current.pid, failures }, 'PostgreSQL runs again');
        return;
      } catch (error) {
        failures += 1;
        log.error({ err: error, failures }, 'PostgreSQL could not be restarted; trying again');
      }
    }
  };

  const stopped = new Promise<undefined>((resolve) => {
    stopping.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  const watching = (async () => {
    while (!stopping.aborted) {
      const exit = await Promise.race([current.exited, stopped]);
      if (exit === undefined || hasStopped()) return;
      failures = performance.now() - startedAt > stableAfterMs ? 0 : failures + 1;
      log.error({ pid: current.pid, ...exit }, 'PostgreSQL ended by itself; restarting it');
      options.onExit(exit);
      await restart();
    }
  })();
  return { current: () => current, end: () => watching };
};
