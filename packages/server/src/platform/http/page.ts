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

export interface PageOptions<Row, T> {
  readonly codec: CursorCodec;
  /** The list's name: a cursor of one list is foreign to every other. */
  readonly list: string;
  readonly request: PageRequest;
  /** What the rows were selected by; `limit` and `cursor` in it do not count. */
  readonly filters: unknown;
  /** Fetches up to `limit` rows behind `after`, in the list's order. */
  readonly fetch: (limit: number, after: CursorPosition | undefined) => Promise<readonly Row[]>;
  readonly position: (row: Row) => CursorPosition;
  readonly present: (row: Row) => T;
}

/** The one pagination: asks for one row more than the page, and makes the cursor of the last row that it shows. */
export const paginate = async <Row, T>(options: PageOptions<Row, T>): Promise<Page<T>> => {
  const { codec, list, filters, request } = options;
  const limit = request.limit ?? defaultPageSize;
  const after = request.cursor === undefined ? undefined : codec.decode(list, filters, request.cursor);
  const rows = await options.fetch(limit + 1, after);
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const hasMore = rows.length > limit;
  return {
    data: shown.map(options.present),
    pagination: {
      cursor: hasMore && last !== undefined ? codec.encode(list, filters, options.position(last)) : null,
      has_more: hasMore,
    },
  };
};
