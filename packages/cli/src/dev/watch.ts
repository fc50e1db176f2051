import { CliError } from '../cli-error.ts';
import type { CommandContext } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { untilInterrupted } from './interrupt.ts';

export const watchFlags = ['-w, --watch', 'look again and again until Ctrl-C'] as const;
const pauseMs = 3000;
/** About a minute without an answer. */
const maxFailuresInARow = 5;
const longestPauseMs = 30_000;

const mayPass = (error: unknown): error is CliError =>
  error instanceof CliError && error.exitCode === exitCodes.unavailable;

/** Shows something once, or with `watch` again and again: as a picture on a terminal, one after another elsewhere. */
export const showOrWatch = async (
  ctx: CommandContext,
  options: { readonly watch?: boolean },
  show: () => Promise<void>,
): Promise<void> => {
  if (options.watch !== true) return show();
  const loop = async (signal: AbortSignal): Promise<void> => {
    let failures = 0;
    while (!signal.aborted) {
      try {
        await show();
        failures = 0;
        if (ctx.io.stdout.isTty && !ctx.out.json)
          ctx.out.note(`\n${new Date(ctx.io.now()).toISOString()}  Ctrl-C ends.`);
      } catch (error) {
        failures += 1;
        if (!mayPass(error) || failures >= maxFailuresInARow) throw error;
        ctx.out.warn(`${error.message}; trying again.`);
      }
      await ctx.io.sleep(Math.min(longestPauseMs, pauseMs * 2 ** failures), signal);
    }
  };
  await untilInterrupted(ctx, loop, () => undefined);
};

/** A new picture where pictures are shown. The data are there already: nothing flickers while they are fetched. */
export const newPicture = (ctx: CommandContext, options: { readonly watch?: boolean }): void => {
  if (options.watch === true && !ctx.out.json) ctx.out.clearScreen();
};

/** JSON of one look: on one line where more will follow. */
export const jsonLook = (ctx: CommandContext, options: { readonly watch?: boolean }, value: unknown): void =>
  ctx.out.value(value, options.watch === true ? 'line' : 'indented');
