import { batched, type Batched } from '../batched.ts';
import { DatabaseUnavailable } from '../database/index.ts';
import type { Executor, Tx } from '../database/types.ts';
import { queueNames } from './names.ts';
import type { QueueSender, SendOptions } from './types.ts';

/** Messages are pointers to rows, not the rows: this is far beyond them and far below what hurts the database. */
export const maxMessageBytes = 1024 * 1024;
/** One statement's worth; the parameters of a larger one would stand in memory several times over. */
export const maxBatchMessages = 1_000;

const textOf = (body: unknown): string => {
  // JSON.stringify answers undefined for undefined and for functions, whatever its type says.
  const text = JSON.stringify(body) as string | undefined;
  if (text === undefined) throw new RangeError('A message must be a JSON value');
  if (Buffer.byteLength(text) > maxMessageBytes) {
    throw new RangeError(`A message may have at most ${maxMessageBytes} bytes`);
  }
  return text;
};

const optionsOf = ({ delaySeconds = 0, headers }: SendOptions) => {
  if (!Number.isInteger(delaySeconds) || delaySeconds < 0) {
    throw new RangeError('delaySeconds must be a whole number from 0');
  }
  return { delaySeconds, headers: headers === undefined ? null : textOf(headers) };
};

const sendSql = `SELECT s::text AS id FROM pgmq.send($1::text, $2::jsonb, $3::jsonb, $4::integer) AS s`;
const sendBatchSql = `
  SELECT s::text AS id FROM pgmq.send_batch($1::text, $2::jsonb[],
    CASE WHEN $3::jsonb IS NULL THEN NULL ELSE array_fill($3::jsonb, ARRAY[cardinality($2::jsonb[])]) END,
    $4::integer) AS s`;

const isTransaction = (db: Executor | Tx): db is Tx => 'isTransaction' in db;

/** What is larger is sent by itself: the parameters of one statement stay small. */
const maxSharedBytes = 8 * 1024;
const maxShared = 100;

interface Send {
  readonly text: string;
  readonly headers: string | null;
}

const sharedSql = 'SELECT s::text AS id FROM pgmq.send_batch($1::text, $2::jsonb[], $3::jsonb[], 0) AS s';

type Settled = PromiseSettledResult<string>;

const sendOne = async (
  db: Executor,
  queue: string,
  { text, headers }: Send,
  delaySeconds: number,
): Promise<string> => {
  const { rows } = await db.prepared<{ id: string }>('queue send', sendSql, [
    queue,
    text,
    headers,
    delaySeconds,
  ]);
  const id = rows[0]?.id;
  if (id === undefined) throw new Error('PGMQ sent a message without telling its id');
  return id;
};

/** Sends of the same moment share a statement and its commit; one that PostgreSQL refuses spoils it for no other. */
const sendShared = async (
  db: Executor,
  queue: string,
  sends: readonly Send[],
): Promise<readonly Settled[]> => {
  const each = () => Promise.allSettled(sends.map((send) => sendOne(db, queue, send, 0)));
  if (sends.length === 1) return each();
  try {
    const { rows } = await db.prepared<{ id: string }>('queue send shared', sharedSql, [
      queue,
      sends.map(({ text }) => text),
      sends.map(({ headers }) => headers),
    ]);
    return rows.map(({ id }) => ({ status: 'fulfilled', value: id }));
  } catch (error) {
    // After a broken connection nobody knows whether they were sent; after a refusal none of them was.
    if (error instanceof DatabaseUnavailable) throw error;
    return each();
  }
};

/** A line for each database and queue, in which sends gather while one statement is under way. */
const createLines = (): ((db: Executor, queue: string) => Batched<Send, Settled>) => {
  const lines = new WeakMap<Executor, Map<string, Batched<Send, Settled>>>();
  return (db, queue) => {
    const ofDb = lines.get(db) ?? new Map<string, Batched<Send, Settled>>();
    lines.set(db, ofDb);
    const line =
      ofDb.get(queue) ??
      batched<Send, Settled>({
        run: (sends) => sendShared(db, queue, sends),
        batchMax: maxShared,
        parallel: 1,
      });
    ofDb.set(queue, line);
    return line;
  };
};

/**
 * Sends through PGMQ's own functions. Outside of a transaction, messages for one queue that are sent at the same time
 * share a statement; each resolves when it is durable.
 */
export const createQueueSender = (): QueueSender => {
  const lineOf = createLines();
  return {
    send: async (db, queue, body, options = {}) => {
      queueNames(queue);
      const { delaySeconds, headers } = optionsOf(options);
      const send = { text: textOf(body), headers };
      const size = send.text.length + (headers?.length ?? 0);
      if (isTransaction(db) || delaySeconds > 0 || size > maxSharedBytes) {
        return sendOne(db, queue, send, delaySeconds);
      }
      const settled = await lineOf(db, queue)(send);
      if (settled.status === 'rejected') throw settled.reason;
      return settled.value;
    },
    sendBatch: async (db, queue, bodies, options = {}) => {
      queueNames(queue);
      if (bodies.length > maxBatchMessages) {
        throw new RangeError(`A batch may have at most ${maxBatchMessages} messages`);
      }
      const { delaySeconds, headers } = optionsOf(options);
      if (bodies.length === 0) return [];
      const { rows } = await db.prepared<{ id: string }>('queue send batch', sendBatchSql, [
        queue,
        bodies.map(textOf),
        headers,
        delaySeconds,
      ]);
      return rows.map(({ id }) => id);
    },
  };
};
