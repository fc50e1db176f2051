import type { CommandContext } from '../context.ts';
import { untilInterrupted } from './interrupt.ts';
import { patient } from './patience.ts';

export const watchFlags = ['-w, --watch', 'look again and again until Ctrl-C'] as const;
const pauseMs = 3000;

/** Shows something once, or with `watch` again and again: as a picture on a terminal, one after another elsewhere. */
export const showOrWatch = async (
  ctx: CommandContext,
  options: { readonly watch?: boolean },
  show: () => Promise<void>,
): Promise<void> => {
  if (options.watch !== true) return show();
  const loop = async (signal: AbortSignal): Promise<void> => {
    const patiently = patient(ctx);
    while (!signal.aborted) {
      await patiently(show, signal);
      if (ctx.io.stdout.isTty && !ctx.out.json)
        ctx.out.note(`\n${new Date(ctx.io.now()).toISOString()}  Ctrl-C ends.`);
      await ctx.io.sleep(pauseMs, signal);
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
