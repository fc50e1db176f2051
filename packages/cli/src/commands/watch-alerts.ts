import { Alert } from '@gpushield/contracts';
import { checked } from '../api/check.ts';
import type { ApiList } from '../api/client.ts';
import { CliError } from '../cli-error.ts';
import type { CommandContext } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { printListing } from '../listing.ts';
import { alertListing } from './alert-view.ts';

/** Failures in a row that end a watch: about a minute with the growing pauses between them. */
const maxFailuresInARow = 5;
const longestPauseMs = 30_000;

export interface WatchOptions {
  readonly intervalMs: number;
  /** Ends after this many looks; undefined: until it is interrupted. */
  readonly looks: number | undefined;
  readonly fetch: () => Promise<ApiList>;
}

/** The alerts that are new or have changed since the last look. */
const changedSince = (
  previous: ReadonlyMap<string, string>,
  alerts: readonly Alert[],
): { readonly changed: readonly Alert[]; readonly seen: ReadonlyMap<string, string> } => ({
  changed: alerts.filter((alert) => previous.get(alert.id) !== alert.updated_at),
  // What left the list is forgotten: the memory is never larger than one listing.
  seen: new Map(alerts.map((alert) => [alert.id, alert.updated_at])),
});

/** Only what passes by itself is waited for: a missing right does not come with time. */
const mayPass = (error: unknown): error is CliError =>
  error instanceof CliError && error.exitCode === exitCodes.unavailable;

const pictureOf = (ctx: CommandContext): ((list: ApiList) => void) => {
  if (ctx.io.stdout.isTty && !ctx.out.json) {
    return (list) => {
      ctx.out.clearScreen();
      printListing(ctx, list, alertListing(ctx));
      ctx.out.note(`\n${new Date(ctx.io.now()).toISOString()}  Ctrl-C ends.`);
    };
  }
  let seen: ReadonlyMap<string, string> = new Map();
  return (list) => {
    const next = changedSince(
      seen,
      list.items.map((item) => checked(Alert, item)),
    );
    seen = next.seen;
    for (const alert of next.changed.toReversed()) {
      if (ctx.out.json) ctx.out.value(alert, 'line');
      else
        ctx.out.line(
          [alert.updated_at, alert.severity, alert.status, alert.id, alert.title.replace(/\s+/gu, ' ')].join(
            '  ',
          ),
        );
    }
  };
};

/** Looks again and again: a picture on a terminal, one line for each change elsewhere (JSON lines with --json). */
export const watchAlerts = async (ctx: CommandContext, options: WatchOptions): Promise<void> => {
  const show = pictureOf(ctx);
  let failures = 0;
  for (let look = 1; options.looks === undefined || look <= options.looks; look += 1) {
    try {
      show(await options.fetch());
      failures = 0;
    } catch (error) {
      failures += 1;
      if (!mayPass(error) || failures >= maxFailuresInARow) throw error;
      ctx.out.warn(`${error.message}; trying again.`);
    }
    if (look === options.looks) return;
    await ctx.io.sleep(
      Math.min(Math.max(options.intervalMs, longestPauseMs), options.intervalMs * 2 ** failures),
    );
  }
};
