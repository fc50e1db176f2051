import { defaultPageSize } from '@gpushield/contracts';
import type { CursorCodec, CursorPosition } from './cursor.ts';

export interface PageRequest {
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

export interface Page<T> {
  readonly data: readonly T[];
  readonly pagination: { readonly cursor: string | null; readonly has_more: boolean };
}

/** Rows of a source that stopped before it was through, as it read as much as one page may. */
export interface ReadUpTo<Row> {
  readonly rows: readonly Row[];
  /** Everything up to here was looked at; undefined where the source came to its end. */
  readonly upTo: CursorPosition | undefined;
}

export interface PageOptions<Row, T> {
  readonly codec: CursorCodec;
  /** The list's name: a cursor of one list is foreign to every other. */
  readonly list: string;
  readonly request: PageRequest;
  /** What the rows were selected by; `limit` and `cursor` in it do not count. */
  readonly filters: unknown;
  /** Fetches up to `limit` rows behind `after`, in the list's order; fewer mean the end, unless `upTo` is answered. */
  readonly fetch: (
    limit: number,
    after: CursorPosition | undefined,
  ) => Promise<readonly Row[] | ReadUpTo<Row>>;
  readonly position: (row: Row) => CursorPosition;
  readonly present: (row: Row) => T;
}

const isRows = <Row>(fetched: readonly Row[] | ReadUpTo<Row>): fetched is readonly Row[] =>
  Array.isArray(fetched);

/**
 * The one pagination: asks for one row more than the page, and makes the cursor of the last row that it shows. Where the
 * source stopped early, the page may be short or empty and its cursor goes on from there.
 */
export const paginate = async <Row, T>(options: PageOptions<Row, T>): Promise<Page<T>> => {
  const { codec, list, filters, request } = options;
  const limit = request.limit ?? defaultPageSize;
  const after = request.cursor === undefined ? undefined : codec.decode(list, filters, request.cursor);
  const fetched = await options.fetch(limit + 1, after);
  const { rows, upTo } = isRows(fetched) ? { rows: fetched, upTo: undefined } : fetched;
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const next = rows.length > limit && last !== undefined ? options.position(last) : upTo;
  return {
    data: shown.map(options.present),
    pagination: {
      cursor: next === undefined ? null : codec.encode(list, filters, next),
      has_more: next !== undefined,
    },
  };
};
