import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { toDatabaseError } from './errors.ts';
import { copyOutOf, withLiterals } from './copy-out.ts';
import { quoteIdentifier, quoteTable } from './identifiers.ts';
import { runStatement } from './statement.ts';
import type { Tx } from './types.ts';

/** PostgreSQL's own limit for the payload of NOTIFY. */
export const maxNotifyPayloadBytes = 7_999;

// One CopyData message each: small enough for the server's buffers, large enough to be cheap.
const copyChunkBytes = 256 * 1024;

function* chunksOf(data: Buffer): Generator<Buffer> {
  for (let start = 0; start < data.length; start += copyChunkBytes) {
    yield data.subarray(start, start + copyChunkBytes);
  }
}

const copyInto = async (
  client: PoolClient,
  table: string,
  columns: readonly string[],
  data: Buffer | Readable,
  format: 'text' | 'binary',
) => {
  const names = columns.map(quoteIdentifier).join(', ');
  const sink = client.query(copyFrom(`COPY ${quoteTable(table)} (${names}) FROM STDIN (FORMAT ${format})`));
  const source = Buffer.isBuffer(data) ? Readable.from(chunksOf(data), { objectMode: false }) : data;
  await pipeline(source, sink);
  return sink.rowCount;
};

/** A notification that its transaction sends when it commits. */
export interface Notification {
  readonly channel: string;
  readonly payload: string;
}

/** A transaction's face on one connection, `end`, after which every use throws, and what it notifies of. */
export const createTx = (
  client: PoolClient,
  queryTimeoutMs?: number,
): { tx: Tx; end: () => Promise<void>; notified: readonly Notification[] } => {
  const notified: Notification[] = [];
  let ended = false;
  let savepoints = 0;
  // Statements of one transaction run one after another even when a caller starts several at once.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    if (ended)
      return Promise.reject(new Error('This transaction has ended; its executor cannot be used any more'));
    const turn = last.then(work).catch((error: unknown) => {
      throw toDatabaseError(error);
    });
    last = turn.catch(() => undefined);
    return turn;
  };
  const command = (sql: string) => inTurn(() => client.query(sql));

  const tx: Tx = {
    isTransaction: true,
    query: (sql, values) => inTurn(() => runStatement(client, { text: sql, values, queryTimeoutMs })),
    prepared: (name, sql, values) =>
      inTurn(() => runStatement(client, { name, text: sql, values, queryTimeoutMs })),
    savepoint: async (work) => {
      savepoints += 1;
      const name = `sp_${savepoints}`;
      const notifiedBefore = notified.length;
      await command(`SAVEPOINT ${name}`);
      try {
        const result = await work();
        await command(`RELEASE SAVEPOINT ${name}`);
        return result;
      } catch (error) {
        await command(`ROLLBACK TO SAVEPOINT ${name}; RELEASE SAVEPOINT ${name}`);
        notified.length = notifiedBefore;
        throw error;
      }
    },
    copyIn: (table, columns, data, format = 'text') =>
      inTurn(() => copyInto(client, table, columns, data, format)),
    copyOut: (select, values, onRow) => inTurn(() => copyOutOf(client, withLiterals(select, values), onRow)),
    notify: async (channel, payload) => {
      if (Buffer.byteLength(payload) > maxNotifyPayloadBytes) {
        throw new RangeError(`a notification's payload may have at most ${maxNotifyPayloadBytes} bytes`);
      }
      await tx.query('SELECT pg_notify($1, $2)', [channel, payload]);
      notified.push({ channel, payload });
    },
  };
  return {
    tx,
    notified,
    end: async () => {
      ended = true;
      await last;
    },
  };
};
