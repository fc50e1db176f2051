import type { CursorCodec, CursorPosition } from '../../platform/http/cursor.ts';
import { defaultFirst, integerOf, maxFirst, textOf, type Arguments } from './arguments.ts';

export interface Connection<T> {
  readonly edges: readonly { readonly cursor: string; readonly node: T }[];
  readonly page_info: {
    readonly has_next_page: boolean;
    readonly has_previous_page: boolean;
    readonly start_cursor: string | null;
    readonly end_cursor: string | null;
  };
}

export interface ConnectionOptions<T> {
  readonly cursors: CursorCodec;
  readonly list: string;
  readonly args: Arguments;
  /** What the list is selected by; a cursor works with the same alone. */
  readonly filters: object;
  readonly fetch: (
    limit: number,
    after: CursorPosition | undefined,
  ) => Promise<readonly { readonly item: T; readonly position: CursorPosition }[]>;
}

/** A Relay connection, forward only, over the one pagination's signed cursors. */
export const connectionOf = async <T>(options: ConnectionOptions<T>): Promise<Connection<T>> => {
  const { cursors, args, filters } = options;
  const list = `graphql-${options.list}`;
  const first = integerOf('first', args['first'] ?? defaultFirst, 1, maxFirst);
  const given = args['after'] ?? undefined;
  const after = given === undefined ? undefined : cursors.decode(list, filters, textOf('after', given));
  const rows = await options.fetch(first + 1, after);
  const edges = rows.slice(0, first).map(({ item, position }) => ({
    cursor: cursors.encode(list, filters, position),
    node: item,
  }));
  return {
    edges,
    page_info: {
      has_next_page: rows.length > first,
      has_previous_page: after !== undefined,
      start_cursor: edges[0]?.cursor ?? null,
      end_cursor: edges.at(-1)?.cursor ?? null,
    },
  };
};
