import { CliError } from '../cli-error.ts';
import type { CommandContext } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';

/**
 * Waiting that Ctrl-C ends with a word on how to go on: what runs on the server runs on, and whoever waited must know
 * its name. `advice` is asked at that moment.
 */
export const untilInterrupted = async <T>(
  ctx: CommandContext,
  work: (signal: AbortSignal) => Promise<T>,
  advice: () => string | undefined,
): Promise<T> => {
  const stop = new AbortController();
  let release = (): void => undefined;
  const interrupted = new Promise<never>((_resolve, reject) => {
    release = ctx.io.onInterrupt(() => {
      reject(new CliError({ title: 'Interrupted', remediation: advice(), exitCode: exitCodes.interrupted }));
      stop.abort();
    });
  });
  try {
    return await Promise.race([work(stop.signal), interrupted]);
  } finally {
    release();
  }
};
