import type { Connection, PoolClient, Submittable } from 'pg';
import { quoteLiteral } from './identifiers.ts';

/** One row in PostgreSQL's binary COPY format; a view that is good until the callback returns. */
export type OnCopyRow = (row: Buffer) => void;

/** Puts `$1`, `$2` … into the text as literals: COPY takes no parameters. Values are texts and whole numbers. */
export const withLiterals = (select: string, values: readonly (string | number)[]): string =>
  select.replace(/\$(\d+)/g, (whole, place: string) => {
    const value = values[Number(place) - 1];
    if (value === undefined) throw new RangeError(`the statement has no value for ${whole}`);
    if (typeof value === 'string') return quoteLiteral(value);
    if (!Number.isSafeInteger(value)) throw new RangeError(`the value for ${whole} is not a whole number`);
    return String(value);
  });

/** What `pg` calls on a query that it did not make; its types know `submit` alone. */
interface CopyOutQuery extends Submittable {
  callback?: (error: Error | null) => void;
  handleCopyData(message: { readonly chunk: Buffer }): void;
  handleCommandComplete(): void;
  handleReadyForQuery(): void;
  handleError(error: Error): void;
}

// "PGCOPY" and its odd bytes, flags and the length of an empty extension (PostgreSQL manual, COPY, "Binary Format").
const signature = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');
const headerBytes = signature.length + 8;
const trailer = -1;

/** The row in a message: the first one comes behind the header, and the last message is the trailer. */
const rowIn = (chunk: Buffer, isFirst: boolean): Buffer | undefined => {
  const row = isFirst ? chunk.subarray(headerBytes) : chunk;
  return row.length === 2 && row.readInt16BE(0) === trailer ? undefined : row;
};

/** Streams the rows of a SELECT; answers their number. An `onRow` that throws fails the copy after it has ended. */
export const copyOutOf = (client: PoolClient, select: string, onRow: OnCopyRow): Promise<number> =>
  new Promise((resolve, reject) => {
    let rows = 0;
    let isFirst = true;
    let failure: Error | undefined;
    const query: CopyOutQuery = {
      submit: (connection: Connection) => connection.query(`COPY (${select}) TO STDOUT (FORMAT binary)`),
      handleCopyData: ({ chunk }) => {
        const row = rowIn(chunk, isFirst);
        isFirst = false;
        if (failure !== undefined || row === undefined) return;
        try {
          rows += 1;
          onRow(row);
        } catch (error) {
          failure = error instanceof Error ? error : new Error('A row could not be taken', { cause: error });
        }
      },
      handleCommandComplete: () => undefined,
      handleReadyForQuery: () => {
        query.callback?.(null);
        if (failure === undefined) resolve(rows);
        else reject(failure);
      },
      handleError: (error) => {
        query.callback?.(error);
        reject(error);
      },
    };
    client.query(query);
  });
