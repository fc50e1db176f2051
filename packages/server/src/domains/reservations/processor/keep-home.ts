import { setTimeout as sleep } from 'node:timers/promises';
import { claimHome } from '../home-store.ts';
import type { RuntimeHome } from '../runtime/port.ts';
import type { ProcessorDeps } from './deps.ts';

export interface Keeper {
  /** The first claim is made when this settles. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Runs `begin` once the runtime is ours, and `end` should it ever be another's. */
export const keepHome = (
  { db, log, runtime }: Pick<ProcessorDeps, 'db' | 'log' | 'runtime'>,
  home: RuntimeHome,
  work: { begin(): Promise<void>; end(): Promise<void> },
  pauseMs: number,
): Keeper => {
  const stopping = new AbortController();
  let isOurs = false;
  let said: string | undefined;
  let running: Promise<void> = Promise.resolve();

  const look = async (): Promise<void> => {
    const owner = await claimHome(db, runtime.name, home);
    if (owner === undefined) {
      if (!isOurs) await work.begin();
      isOurs = true;
      said = undefined;
      return;
    }
    if (isOurs) await work.end();
    isOurs = false;
    if (said === owner.name) return;
    said = owner.name;
    log.error(
      { host: owner.name },
      'jobs and disks of this database are on another host: this server runs none. Set GPUSHIELD_JOB_RUNTIME=off here, or see docs/operations/reservations.md',
    );
  };
  const loop = async (): Promise<void> => {
    for (;;) {
      await sleep(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return;
      // Nobody takes the runtime from us while the database is away: it is asked again.
      await look().catch((err: unknown) => log.warn({ err }, 'the home of jobs could not be claimed'));
    }
  };
  return {
    start: async () => {
      await look();
      running = loop();
    },
    stop: async () => {
      stopping.abort();
      await running;
      if (isOurs) await work.end();
      isOurs = false;
    },
  };
};
