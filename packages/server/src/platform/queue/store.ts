import type { Database, Executor, Tx } from '../database/types.ts';
import { deadLetterHeader, lastErrorHeader, type DeathCause } from './dead-letter.ts';
import { queueNames } from './names.ts';
import type { QueueMessage } from './types.ts';

/*
 * Reading goes through PGMQ's functions. Ending goes to its tables, because PGMQ ends a message by its id alone, and
 * ours must end only by the worker that has it: `read_ct` rises with every delivery and so names one.
 */

/** One delivery of one message. */
export interface Delivery {
  readonly id: string;
  readonly readCount: number;
}

interface MessageRow {
  readonly id: string;
  readonly read_ct: number;
  readonly enqueued_at: Date;
  readonly message: unknown;
  readonly headers: Record<string, unknown> | null;
}

const messageOf = (row: MessageRow): QueueMessage => ({
  id: row.id,
  readCount: row.read_ct,
  enqueuedAt: row.enqueued_at,
  body: row.message,
  headers: row.headers,
});

/*
 * What a crash of PostgreSQL may undo: visibility. The message is visible again and comes once more, as it would after
 * a crash of the worker; so these statements need not wait for the disk.
 */
const unsynced = `set_config('synchronous_commit', 'off', true) AS unsynced`;

const readSql = (reader: 'read' | 'read_grouped_head') =>
  `SELECT msg_id::text AS id, read_ct, enqueued_at, message, headers
     FROM ${unsynced}, pgmq.${reader}($1::text, $2::integer, $3::integer)`;

export const readMessages = async (
  db: Executor,
  queue: string,
  ordering: 'none' | 'group',
  visibilitySeconds: number,
  count: number,
): Promise<QueueMessage[]> => {
  const reader = ordering === 'group' ? 'read_grouped_head' : 'read';
  const { rows } = await db.prepared<MessageRow>(`queue ${reader}`, readSql(reader), [
    queue,
    visibilitySeconds,
    count,
  ]);
  return rows.map(messageOf);
};

/** Milliseconds until the next message becomes visible, negative for one that is; undefined for an empty queue. */
export const nextVisibleInMs = async (db: Executor, queue: string): Promise<number | undefined> => {
  const { rows } = await db.prepared<{ due_ms: number | null }>(
    `qn:${queue}`,
    `SELECT (extract(epoch FROM min(vt) - clock_timestamp()) * 1000)::float8 AS due_ms
       FROM ${queueNames(queue).messages}`,
    [],
  );
  return rows[0]?.due_ms ?? undefined;
};

const idsOf = (deliveries: readonly Delivery[]) => deliveries.map(({ id }) => id);
const countsOf = (deliveries: readonly Delivery[]) => deliveries.map(({ readCount }) => readCount);
const given = `SELECT * FROM unnest($1::bigint[], $2::integer[]) AS g (msg_id, read_ct)`;
const columns = 'msg_id, read_ct, enqueued_at, last_read_at, vt, message, headers';

const change = async (
  db: Executor | Tx,
  name: string,
  sql: string,
  deliveries: readonly Delivery[],
  more: readonly unknown[] = [],
): Promise<ReadonlySet<string>> => {
  const { rows } = await db.prepared<{ id: string }>(name, sql, [
    idsOf(deliveries),
    countsOf(deliveries),
    ...more,
  ]);
  return new Set(rows.map(({ id }) => id));
};

/** Deliveries by how often their messages were read: nearly always one group, of first deliveries. */
const byReadCount = (deliveries: readonly Delivery[]): ReadonlyMap<number, readonly string[]> => {
  const groups = new Map<number, string[]>();
  for (const { id, readCount } of deliveries) {
    const group = groups.get(readCount);
    if (group === undefined) groups.set(readCount, [id]);
    else group.push(id);
  }
  return groups;
};

/**
 * Ends deliveries for good. This and the following answer the ids of those that were still the caller's. A statement
 * for each read count compares without a join, and tells the ids only where some are no longer the caller's: this is
 * the hottest statement of a worker.
 */
export const finish = async (
  db: Executor | Tx,
  queue: string,
  whenDone: 'archive' | 'delete',
  deliveries: readonly Delivery[],
): Promise<ReadonlySet<string>> => {
  const { messages, archive } = queueNames(queue);
  const returned = whenDone === 'archive' ? columns : 'msg_id';
  const gone = `DELETE FROM ${messages} WHERE msg_id = ANY ($1::bigint[]) AND read_ct = $2 RETURNING ${returned}`;
  const kept = `, kept AS (INSERT INTO ${archive} (${columns}) SELECT ${columns} FROM gone)`;
  const sql = `
    WITH gone AS (${gone}) ${whenDone === 'archive' ? kept : ''}
    SELECT CASE WHEN count(*) < cardinality($1::bigint[]) THEN array_agg(msg_id::text) END AS some,
           count(*) > 0 AS any FROM gone`;
  const ours = new Set<string>();
  for (const [readCount, ids] of byReadCount(deliveries)) {
    const { rows } = await db.prepared<{ some: string[] | null; any: boolean }>(
      `q${whenDone === 'archive' ? 'a' : 'd'}:${queue}`,
      sql,
      [ids, readCount],
    );
    if (rows[0]?.any === true) for (const id of rows[0].some ?? ids) ours.add(id);
  }
  return ours;
};

/** Makes deliveries visible to nobody else for as long again. */
export const extend = (
  db: Executor,
  queue: string,
  visibilitySeconds: number,
  deliveries: readonly Delivery[],
): Promise<ReadonlySet<string>> =>
  change(
    db,
    `qx:${queue}`,
    `UPDATE ${queueNames(queue).messages} q SET vt = clock_timestamp() + make_interval(secs => $3)
       FROM ${unsynced}, (${given}) g WHERE q.msg_id = g.msg_id AND q.read_ct = g.read_ct
     RETURNING q.msg_id::text AS id`,
    deliveries,
    [visibilitySeconds],
  );

/** Gives deliveries back at once. */
export const giveBack = (db: Executor, queue: string, deliveries: readonly Delivery[]) =>
  extend(db, queue, 0, deliveries);

/** Lets messages be tried again later. They keep what went wrong; nobody is notified of a message that waits. */
export const postpone = (
  db: Executor,
  queue: string,
  retries: readonly (Delivery & { readonly delayMs: number; readonly error: string })[],
): Promise<ReadonlySet<string>> =>
  change(
    db,
    `qr:${queue}`,
    `UPDATE ${queueNames(queue).messages} q
        SET vt = clock_timestamp() + make_interval(secs => g.delay_ms / 1000),
            headers = coalesce(q.headers, '{}') || jsonb_build_object('${lastErrorHeader}', g.error)
       FROM (SELECT * FROM unnest($1::bigint[], $2::integer[], $3::float8[], $4::text[])
               AS g (msg_id, read_ct, delay_ms, error)) g
      WHERE q.msg_id = g.msg_id AND q.read_ct = g.read_ct
     RETURNING q.msg_id::text AS id`,
    retries,
    [retries.map(({ delayMs }) => delayMs), retries.map(({ error }) => error)],
  );

/** Puts messages into the archive as dead letters. */
export const bury = (
  db: Executor,
  queue: string,
  deaths: readonly (Delivery & { readonly cause: DeathCause; readonly error: string })[],
): Promise<ReadonlySet<string>> => {
  const { messages, archive } = queueNames(queue);
  return change(
    db,
    `qb:${queue}`,
    `WITH gone AS (
       DELETE FROM ${messages} q
        USING unnest($1::bigint[], $2::integer[], $3::text[], $4::text[]) AS g (msg_id, read_ct, cause, error)
        WHERE q.msg_id = g.msg_id AND q.read_ct = g.read_ct
       RETURNING q.msg_id, q.read_ct, q.enqueued_at, q.last_read_at, q.vt, q.message,
         coalesce(q.headers, '{}') || jsonb_build_object('${deadLetterHeader}', jsonb_build_object(
           'cause', g.cause, 'error', g.error, 'attempts', q.read_ct,
           'at', to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))) AS headers
     ), kept AS (INSERT INTO ${archive} (${columns}) SELECT ${columns} FROM gone)
     SELECT msg_id::text AS id FROM gone`,
    deaths,
    [deaths.map(({ cause }) => cause), deaths.map(({ error }) => error)],
  );
};

/** The shortest throttle there is: senders that commit side by side need not all notify, see migration 0085. */
const notifyThrottleMs = 1;

/**
 * Makes the queue where there is none, with notifications of inserts and an index of its dead letters. Any number of
 * replicas may call it at once. Notifications that somebody has throttled stay so.
 */
export const ensureQueue = (db: Database, queue: string): Promise<void> =>
  db.transaction(async (tx) => {
    const { messages, archive, deadIndex } = queueNames(queue);
    await tx.query('SELECT pgmq.acquire_queue_lock($1::text)', [queue]);
    const { rows } = await tx.query<{ made: boolean }>(
      'SELECT to_regclass($1) IS NOT NULL AND to_regclass($2) IS NOT NULL AS made',
      [messages, `pgmq.${deadIndex}`],
    );
    if (rows[0]?.made === true) return;
    await tx.query('SELECT pgmq.create($1::text)', [queue]);
    await tx.query(
      `SELECT pgmq.enable_notify_insert($1::text, $3::integer) WHERE NOT EXISTS (
         SELECT FROM pg_trigger WHERE tgrelid = to_regclass($2)
            AND tgname = 'trigger_notify_queue_insert_listeners')`,
      [queue, messages, notifyThrottleMs],
    );
    await tx.query(
      `CREATE INDEX IF NOT EXISTS ${deadIndex} ON ${archive} (msg_id) WHERE headers ? '${deadLetterHeader}'`,
    );
  });

/** Deletes up to `limit` messages that were done `olderThanDays` ago, dead letters excepted; answers how many. */
export const pruneArchive = async (
  db: Executor,
  queue: string,
  olderThanDays: number,
  limit: number,
): Promise<number> => {
  const { archive } = queueNames(queue);
  const { rowCount } = await db.query(
    `DELETE FROM ${archive} WHERE msg_id IN (
       SELECT msg_id FROM ${archive}
        WHERE archived_at < now() - make_interval(days => $1) AND (headers ? '${deadLetterHeader}') IS NOT TRUE
        ORDER BY archived_at LIMIT $2)`,
    [olderThanDays, limit],
  );
  return rowCount;
};
