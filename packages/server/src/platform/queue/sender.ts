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

/** Sends through PGMQ's own functions. */
export const createQueueSender = (): QueueSender => ({
  send: async (db, queue, body, options = {}) => {
    queueNames(queue);
    const { delaySeconds, headers } = optionsOf(options);
    const { rows } = await db.prepared<{ id: string }>('queue send', sendSql, [
      queue,
      textOf(body),
      headers,
      delaySeconds,
    ]);
    const id = rows[0]?.id;
    if (id === undefined) throw new Error('PGMQ sent a message without telling its id');
    return id;
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
});
