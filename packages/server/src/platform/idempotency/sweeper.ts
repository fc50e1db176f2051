import type { Logger } from 'pino';
import type { Executor } from '../database/types.ts';
import { sweepRecorded } from './recorded-store.ts';
import { sweepAnswers } from './store.ts';

const sweepIntervalMs = 10 * 60_000;

export interface Sweeper {
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Forgets expired idempotency keys every ten minutes. Any number of replicas may do it at once. */
export const createSweeper = (deps: { readonly db: Executor; readonly log: Logger }): Sweeper => {
  let timer: NodeJS.Timeout | undefined;
  let underWay: Promise<void> = Promise.resolve();
  const sweep = async (): Promise<void> => {
    try {
      await sweepAnswers(deps.db);
      await sweepRecorded(deps.db);
    } catch (error) {
      deps.log.warn(
        { err: error },
        'expired idempotency keys could not be swept; the next sweep tries again',
      );
    }
  };
  return {
    start: () => {
      timer = setInterval(() => {
        underWay = sweep();
      }, sweepIntervalMs);
      timer.unref();
      return Promise.resolve();
    },
    stop: () => {
      clearInterval(timer);
      return underWay;
    },
  };
};
