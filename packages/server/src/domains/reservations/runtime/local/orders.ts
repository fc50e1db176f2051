import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JobPlace } from './layout.ts';

/** One write to a pipe below this is never mixed with another (PIPE_BUF). */
const maxOrderBytes = 4_096;
const retryMs = 50;
const word = /^[A-Za-z0-9+/=_.-]+$/;

/**
 * Tells the job's first process to do something: words without spaces, checked here. Waits up to `patienceMs` for it to
 * listen. Errors: `RangeError` for what is no order, else the system's where nobody listens.
 */
export const giveOrder = async (
  place: JobPlace,
  words: readonly string[],
  patienceMs = 5_000,
): Promise<void> => {
  const line = `${words.join(' ')}\n`;
  if (!words.every((one) => word.test(one)) || Buffer.byteLength(line) > maxOrderBytes)
    throw new RangeError('An order is made of few plain words');
  const giveUpMs = performance.now() + patienceMs;
  for (;;) {
    let pipe: number | undefined;
    try {
      pipe = openSync(
        join(place.control, 'orders'),
        constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW,
      );
      writeSync(pipe, line);
      return;
    } catch (error) {
      if (performance.now() > giveUpMs) throw error;
    } finally {
      if (pipe !== undefined) closeSync(pipe);
    }
    await sleep(retryMs);
  }
};
