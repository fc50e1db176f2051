import type { CursorPosition } from '../../platform/http/cursor.ts';

/** Collects the conditions of a WHERE clause with their parameters, so that absent filters leave no trace in the plan. */
export interface Conditions {
  /** Numbers the value and answers its placeholder. */
  bind(value: unknown): string;
  /** `text` gets the placeholder of `value`. */
  add(text: (at: string) => string, value: unknown): void;
  /** A condition without parameters; never made from input. */
  literal(text: string): void;
  /** Rows behind a keyset position whose `sort` is a time in milliseconds, newest first. */
  after(timeColumn: string, idColumn: string, position: CursorPosition | undefined): void;
  /** `WHERE …`, or nothing. */
  sql(): string;
  values(): readonly unknown[];
}

export const createConditions = (): Conditions => {
  const texts: string[] = [];
  const values: unknown[] = [];
  const bind = (value: unknown): string => {
    values.push(value);
    return `$${values.length}`;
  };
  return {
    bind,
    add: (text, value) => {
      texts.push(text(bind(value)));
    },
    literal: (text) => {
      texts.push(text);
    },
    after: (timeColumn, idColumn, position) => {
      if (position === undefined) return;
      const time = bind(new Date(Number(position.sort)));
      texts.push(`(${timeColumn}, ${idColumn}) < (${time}, ${bind(position.id)}::uuid)`);
    },
    sql: () => (texts.length === 0 ? '' : `WHERE ${texts.join(' AND ')}`),
    values: () => values,
  };
};

/** Text that LIKE takes literally. */
export const escapeLike = (text: string): string => text.replace(/[\\%_]/g, '\\$&');

/** The keyset position of rows that are listed newest first. */
export const newestFirst = (row: { readonly created_at: Date; readonly id: string }): CursorPosition => ({
  sort: String(row.created_at.getTime()),
  id: row.id,
});
