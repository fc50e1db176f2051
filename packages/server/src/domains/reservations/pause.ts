import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../platform/clock.ts';

/** Stands between two steps of work that is too long to be done in one go. */
export type Pause = () => Promise<void>;

/** Lets pass what has come meanwhile, and no more: somebody waits for this work. */
export const briefPause: Pause = () => new Promise((resolve) => setImmediate(resolve));

/** A request has some ten turns of the event loop: if each met a step, all steps together would be its delay. */
const restsPerWork = 2;
const longestRestMs = 20;

/** Rests twice as long as each step took: for work that nobody waits for. */
export const createRestingPause = (
  clock: Pick<Clock, 'monotonicMs'>,
  rest: (ms: number) => Promise<unknown> = sleep,
): Pause => {
  let resumedMs = clock.monotonicMs();
  return async () => {
    await rest(Math.min(longestRestMs, (clock.monotonicMs() - resumedMs) * restsPerWork));
    resumedMs = clock.monotonicMs();
  };
};
