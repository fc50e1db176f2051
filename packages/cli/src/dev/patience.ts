import { CliError } from '../cli-error.ts';
import type { CommandContext } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';

/** About two minutes without an answer, with the pauses between. */
const maxFailuresInARow = 6;
const firstPauseMs = 3000;
const longestPauseMs = 30_000;

/** Only what passes by itself is waited for: a missing right does not come with time. */
const mayPass = (error: unknown): error is CliError =>
  error instanceof CliError && error.exitCode === exitCodes.unavailable;

/**
 * Looks of somebody who waits long: a server that is away for a moment must not end the wait. Each look that works makes
 * up for those before it.
 */
export const patient = (ctx: CommandContext) => {
  let failures = 0;
  return async <T>(look: () => Promise<T>, signal: AbortSignal): Promise<T> => {
    for (;;) {
      try {
        const seen = await look();
        failures = 0;
        return seen;
      } catch (error) {
        failures += 1;
        if (signal.aborted || !mayPass(error) || failures >= maxFailuresInARow) throw error;
        ctx.out.warn(`${error.fields.title}; trying again.`);
        await ctx.io.sleep(Math.min(longestPauseMs, firstPauseMs * 2 ** (failures - 1)), signal);
      }
    }
  };
};
