import type { Logger } from 'pino';
import type { Clock } from '../../platform/clock.ts';
import type { Executor } from '../../platform/database/types.ts';
import { deleteEndedSecrets } from './client-secret-store.ts';
import { deleteEndedTokens } from './client-token-store.ts';
import { deleteEndedDevices } from './device/device-store.ts';
import { deleteEndedKeys } from './key-store.ts';
import { deleteOldAddresses, deleteOldFailures } from './lockout-store.ts';
import { defaultLockoutPolicy } from './login-lockout.ts';
import { deleteEndedSessions } from './session-store.ts';

const roundMs = 3_600_000;
const batchSize = 5_000;
/** 500,000 rows a round; what is left waits for the next. */
const maxBatches = 100;
/** Long enough for a person to ask why their key stopped. */
const endedKeyRetentionMs = 90 * 24 * 3_600_000;

export interface Swept {
  readonly sessions: number;
  readonly tokens: number;
  readonly keys: number;
  readonly secrets: number;
  readonly failures: number;
  readonly addresses: number;
  readonly devices: number;
}

/**
 * Removes sessions and client tokens that expired, and keys and client secrets that ended 90 days ago,
 * and what lockout remembers in vain.
 */
export const sweepEnded = async (db: Executor, clock: Clock): Promise<Swept> => {
  const removeAll = async (
    remove: (db: Executor, before: Date, limit: number) => Promise<number>,
    before: Date,
  ) => {
    let removed = 0;
    for (let batch = 0; batch < maxBatches; batch += 1) {
      const count = await remove(db, before, batchSize);
      removed += count;
      if (count < batchSize) break;
    }
    return removed;
  };
  const nowMs = clock.nowMs();
  return {
    sessions: await removeAll(deleteEndedSessions, new Date(nowMs)),
    tokens: await removeAll(deleteEndedTokens, new Date(nowMs)),
    keys: await removeAll(deleteEndedKeys, new Date(nowMs - endedKeyRetentionMs)),
    failures: await removeAll(deleteOldFailures, new Date(nowMs - defaultLockoutPolicy.forgetMs)),
    addresses: await removeAll(deleteOldAddresses, new Date(nowMs - defaultLockoutPolicy.knownMs)),
    devices: await removeAll(deleteEndedDevices, new Date(nowMs)),
    secrets: await removeAll(deleteEndedSecrets, new Date(nowMs - endedKeyRetentionMs)),
  };
};

export interface Sweeper {
  start(): void;
  stop(): Promise<void>;
}

/** Sweeps once an hour. Several replicas may: rows that another one removes are skipped. */
export const createSweeper = (deps: {
  readonly db: Executor;
  readonly clock: Clock;
  readonly log: Logger;
}): Sweeper => {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  const sweep = async (): Promise<void> => {
    try {
      await sweepEnded(deps.db, deps.clock);
    } catch (err) {
      deps.log.warn({ err }, 'ended sessions and keys could not be removed');
    }
  };
  return {
    start: () => {
      timer ??= setInterval(() => {
        running = running.then(sweep);
      }, roundMs).unref();
    },
    stop: async () => {
      clearInterval(timer);
      timer = undefined;
      await running;
    },
  };
};
