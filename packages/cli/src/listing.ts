import type { Command } from 'commander';
import type { Static, TSchema } from 'typebox';
import { checked } from './api/check.ts';
import type { ApiList } from './api/client.ts';
import { usageError } from './cli-error.ts';
import { integerBetween, type CommandContext } from './context.ts';
import type { Column } from './output.ts';
import { relativeTime, parseTime } from './text/relative-time.ts';
import { unambiguousLength } from './text/short-id.ts';

/** Rows of one listing when nothing is said. */
const defaultLimit = 50;
/** What fits into memory and into a terminal's history. */
const maxLimit = 10_000;

export interface ListOptions {
  readonly limit: number;
}

export const withLimit = (command: Command, limit = defaultLimit): Command =>
  command.option(
    '--limit <n>',
    `at most this many, over all pages (up to ${maxLimit})`,
    integerBetween(1, maxLimit),
    limit,
  );

export interface ListingView<S extends TSchema> {
  readonly schema: S;
  readonly columns: (tools: RowTools) => readonly Column<Static<S>>[];
  readonly empty: string;
}

/** What columns of every listing need. */
export interface RowTools {
  /** The shortest form of an id that tells the shown rows apart. */
  readonly short: (id: string) => string;
  readonly ago: (timestamp: string | null) => string;
}

const idOf = (row: unknown): string | undefined => {
  if (typeof row !== 'object' || row === null || !('id' in row)) return undefined;
  return typeof row.id === 'string' ? row.id : undefined;
};

/** Prints what a list gave: one JSON array, or a table with a remark when there is more. */
export const printListing = <S extends TSchema>(
  ctx: CommandContext,
  list: ApiList,
  view: ListingView<S>,
): void => {
  if (ctx.out.json) {
    ctx.out.value(list.items);
  } else {
    const rows = list.items.map((item) => checked(view.schema, item));
    const length = unambiguousLength(rows.flatMap((row) => idOf(row) ?? []));
    const tools: RowTools = {
      short: (id) => id.slice(0, length),
      ago: (timestamp) => relativeTime(timestamp, ctx.io.now()),
    };
    ctx.out.table(view.columns(tools), rows, view.empty);
  }
  if (list.hasMore)
    ctx.out.note(`There are more than these ${list.items.length}: raise --limit to see them.`);
};

/** An option such as `--since 2h` or `--since 2026-01-31T12:00:00Z` as RFC 3339. */
export const timeOption = (
  ctx: CommandContext,
  name: string,
  text: string | undefined,
): string | undefined => {
  if (text === undefined) return undefined;
  const time = parseTime(text, ctx.io.now());
  if (time === undefined) {
    throw usageError(
      `--${name} ${text} is no time`,
      'Give 90s, 15m, 2h or 7d for a time ago, or an RFC 3339 time.',
    );
  }
  return time;
};

/** `12 s ago (2026-01-31T12:00:00.000Z)` for single things, where there is room. */
export const fullTime = (ctx: CommandContext, timestamp: string | null): string =>
  timestamp === null ? '-' : `${relativeTime(timestamp, ctx.io.now())} (${timestamp})`;
