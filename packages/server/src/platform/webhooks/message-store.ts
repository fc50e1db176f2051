import type { Executor, Tx } from '../database/types.ts';
import { webhookQueue } from './deps.ts';
import type { Job } from './job.ts';

export interface NewMessage {
  readonly id: string;
  readonly type: string;
  readonly key: string | null;
  readonly body: string;
  readonly now: Date;
}

interface NewDelivery {
  readonly id: number;
  readonly endpoint_id: string;
  readonly round: number;
}

const jobsOf = (rows: readonly NewDelivery[]): Job[] =>
  rows.map(({ id, endpoint_id, round }) => ({ kind: 'deliver', delivery: id, round, endpoint: endpoint_id }));

/** False when a message of this id is there already. */
export const insertMessage = async (tx: Tx, message: NewMessage): Promise<boolean> => {
  const { rowCount } = await tx.query(
    `INSERT INTO webhook_messages (id, type, key, body, created_at) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (id) DO NOTHING`,
    [message.id, message.type, message.key, message.body, message.now],
  );
  return rowCount > 0;
};

/** Endpoints to serve: those behind `after`, in the order of ids, that have one of the filters. */
export interface Selection {
  readonly filters: readonly string[];
  readonly after: string;
  readonly limit: number;
}

/** What was made and sent. `more` tells that other endpoints may follow, behind `last`. */
export interface FannedOut {
  readonly more: boolean;
  readonly last: string;
}

interface FanOutRow {
  readonly endpoints: number;
  readonly last: string | null;
  readonly jobs: number;
}

const fannedOut = ([row]: readonly FanOutRow[], { after, limit }: Selection): FannedOut => ({
  more: row?.endpoints === limit,
  last: row?.last ?? after,
});

/*
 * $1 message, $2 key, $3 now, $4 after, $5 filters, $6 limit. The endpoints are locked against deletion, which would
 * otherwise fail the publisher's transaction; those that have the message already are left out. The jobs go in the same
 * statement: publishing is part of other people's transactions, and each round trip holds their locks for longer.
 */
const deliveriesTo = (condition: string): string => `
  taking AS (
    SELECT id, ordered FROM webhook_endpoints
     WHERE ${condition} AND enabled AND id > $4 AND (event_types = '{}' OR event_types && $5::text[])
     ORDER BY id LIMIT $6 FOR KEY SHARE
  ), made AS (
    INSERT INTO webhook_deliveries (message_id, endpoint_id, order_key, created_at)
    SELECT $1, id, CASE WHEN ordered THEN $2::text END, $3 FROM taking ORDER BY id
    ON CONFLICT (message_id, endpoint_id) DO NOTHING RETURNING id, endpoint_id, round
  ), jobs AS (
    SELECT array_agg(jsonb_build_object('kind', 'deliver', 'delivery', id, 'round', round, 'endpoint', endpoint_id)
             ORDER BY id) AS bodies
      FROM made HAVING count(*) > 0
  ), sent AS (
    SELECT s FROM jobs, pgmq.send_batch('${webhookQueue}', jobs.bodies, NULL::jsonb[], 0) AS s
  )
  SELECT count(*)::int AS endpoints, max(id::text COLLATE "C") AS last, (SELECT count(*)::int FROM sent) AS jobs FROM taking`;

/** Stores a message, makes its first deliveries and sends their jobs; none when a message of this id is there already. */
export const insertAndFanOut = async (
  tx: Tx,
  message: NewMessage,
  selection: Selection,
): Promise<FannedOut> => {
  const { rows } = await tx.prepared<FanOutRow>(
    'webhook publish',
    `WITH message AS (
       INSERT INTO webhook_messages (id, type, key, body, created_at) VALUES ($1, $7, $2, $8, $3)
       ON CONFLICT (id) DO NOTHING RETURNING id
     ), ${deliveriesTo('EXISTS (SELECT FROM message)')}`,
    [
      message.id,
      message.key,
      message.now,
      selection.after,
      selection.filters,
      selection.limit,
      message.type,
      message.body,
    ],
  );
  return fannedOut(rows, selection);
};

export interface BatchMessage {
  readonly id: string;
  readonly type: string;
  readonly key: string | null;
  readonly body: string;
}

/** The messages of a type of which other endpoints may follow, behind `last`. */
export interface Unfinished {
  readonly ids: readonly string[];
  readonly last: string;
}

/**
 * The same for many messages, in this order, in one statement. `filters` says of each type what takes it, and each message
 * goes to up to `limit` endpoints.
 */
export const insertAndFanOutAll = async (
  tx: Tx,
  messages: readonly BatchMessage[],
  { filters, limit, now }: { filters: Readonly<Record<string, readonly string[]>>; limit: number; now: Date },
): Promise<readonly Unfinished[]> => {
  const { rows } = await tx.prepared<Unfinished>(
    'webhook publish all',
    `WITH given AS (
       SELECT * FROM ROWS FROM (
         json_to_recordset($1::json) AS (id uuid, type text, key text, body text)
       ) WITH ORDINALITY AS g (id, type, key, body, place)
     ), message AS (
       INSERT INTO webhook_messages (id, type, key, body, created_at)
       SELECT id, type, key, body, $2 FROM given ORDER BY place
       ON CONFLICT (id) DO NOTHING RETURNING id, type
     ), taking AS (
       SELECT kind.type, e.id, e.ordered FROM json_each($3::json) AS kind (type, filters), LATERAL (
         SELECT id, ordered FROM webhook_endpoints
          WHERE enabled AND (event_types = '{}'
                OR event_types && ARRAY(SELECT json_array_elements_text(kind.filters)))
          ORDER BY id LIMIT $4 FOR KEY SHARE) e
     ), made AS (
       INSERT INTO webhook_deliveries (message_id, endpoint_id, order_key, created_at)
       SELECT g.id, t.id, CASE WHEN t.ordered THEN g.key END, $2
         FROM given g JOIN message m ON m.id = g.id JOIN taking t ON t.type = g.type ORDER BY g.place, t.id
       ON CONFLICT (message_id, endpoint_id) DO NOTHING RETURNING id, endpoint_id, round
     ), jobs AS (
       SELECT array_agg(jsonb_build_object('kind', 'deliver', 'delivery', id, 'round', round, 'endpoint', endpoint_id)
                ORDER BY id) AS bodies
         FROM made HAVING count(*) > 0
     ), sent AS (
       SELECT s FROM jobs, pgmq.send_batch('${webhookQueue}', jobs.bodies, NULL::jsonb[], 0) AS s
     ), unfinished AS (
       SELECT type, max(id::text COLLATE "C") AS last FROM taking GROUP BY type HAVING count(*) = $4
     )
     SELECT array_agg(m.id) AS ids, u.last, (SELECT count(*)::int FROM sent) AS jobs
       FROM unfinished u JOIN message m USING (type) GROUP BY u.type, u.last
     UNION ALL SELECT '{}', '', (SELECT count(*)::int FROM sent) AS jobs`,
    [JSON.stringify(messages), now, JSON.stringify(filters), limit],
  );
  return rows.filter(({ ids }) => ids.length > 0);
};

export interface AddressedMessage {
  readonly id: string;
  readonly type: string;
  readonly key: string | null;
  readonly body: string;
  readonly endpoint: string;
}

/** Stores messages with one delivery each, in this order; nothing for endpoints that are gone or disabled. */
export const insertAddressed = async (
  tx: Tx,
  messages: readonly AddressedMessage[],
  now: Date,
): Promise<readonly Job[]> => {
  const { rows } = await tx.query<NewDelivery>(
    `WITH given AS (
       SELECT * FROM ROWS FROM (
         json_to_recordset($1::json) AS (id uuid, type text, key text, body text, endpoint uuid)
       ) WITH ORDINALITY AS g (id, type, key, body, endpoint, place)
     ), taking AS (
       SELECT e.id, e.ordered FROM webhook_endpoints e
        WHERE e.enabled AND e.id IN (SELECT endpoint FROM given) ORDER BY e.id FOR KEY SHARE
     ), message AS (
       INSERT INTO webhook_messages (id, type, key, body, created_at)
       SELECT g.id, g.type, g.key, g.body, $2 FROM given g JOIN taking t ON t.id = g.endpoint
       ON CONFLICT (id) DO NOTHING RETURNING id
     )
     INSERT INTO webhook_deliveries (message_id, endpoint_id, order_key, created_at)
     SELECT g.id, t.id, CASE WHEN t.ordered THEN g.key END, $2
       FROM given g JOIN taking t ON t.id = g.endpoint JOIN message m ON m.id = g.id ORDER BY g.place
     RETURNING id, endpoint_id, round`,
    [JSON.stringify(messages), now],
  );
  return jobsOf(rows);
};

/** Makes further deliveries of a message and sends their jobs. */
export const fanOutTo = async (
  tx: Tx,
  message: { readonly id: string; readonly key: string | null; readonly now: Date },
  selection: Selection,
): Promise<FannedOut> => {
  const { rows } = await tx.prepared<FanOutRow>('webhook fan-out', `WITH ${deliveriesTo('true')}`, [
    message.id,
    message.key,
    message.now,
    selection.after,
    selection.filters,
    selection.limit,
  ]);
  return fannedOut(rows, selection);
};

export const findMessage = async (
  db: Executor,
  id: string,
): Promise<{ readonly id: string; readonly type: string; readonly key: string | null } | undefined> =>
  (
    await db.query<{ id: string; type: string; key: string | null }>(
      'SELECT id, type, key FROM webhook_messages WHERE id = $1',
      [id],
    )
  ).rows[0];

/**
 * A new round for one message at one endpoint, whatever became of it before; makes the delivery where there was none.
 * No job for a message that does not exist.
 */
export const restartDelivery = async (
  tx: Tx,
  endpointId: string,
  messageId: string,
  now: Date,
): Promise<readonly Job[]> => {
  const { rows } = await tx.query<NewDelivery>(
    `INSERT INTO webhook_deliveries (message_id, endpoint_id, order_key, created_at)
     SELECT m.id, e.id, CASE WHEN e.ordered THEN m.key END, $3
       FROM webhook_messages m, webhook_endpoints e WHERE m.id = $2 AND e.id = $1
     ON CONFLICT (message_id, endpoint_id) DO UPDATE SET
       status = 'pending', round = webhook_deliveries.round + 1, attempts = 0, next_attempt_at = NULL,
       claimed_until = NULL, finished_at = NULL
     RETURNING id, endpoint_id, round`,
    [endpointId, messageId, now],
  );
  return jobsOf(rows);
};

/** A new round for up to `limit` deliveries that failed at or after `since`, the oldest first. */
export const restartFailed = async (
  tx: Tx,
  endpointId: string,
  since: Date,
  limit: number,
): Promise<readonly Job[]> => {
  const { rows } = await tx.query<NewDelivery>(
    `WITH again AS (
       UPDATE webhook_deliveries SET status = 'pending', round = round + 1, attempts = 0, next_attempt_at = NULL,
         claimed_until = NULL, finished_at = NULL
        WHERE id IN (
          SELECT id FROM webhook_deliveries
           WHERE endpoint_id = $1 AND status = 'failed' AND finished_at >= $2
           ORDER BY finished_at, id LIMIT $3 FOR UPDATE)
       RETURNING id, endpoint_id, round)
     SELECT * FROM again ORDER BY id`,
    [endpointId, since, limit],
  );
  return jobsOf(rows);
};

/** Deletes up to `limit` messages made before `before` that no delivery waits for, with all that hangs on them. */
export const pruneMessages = async (db: Executor, before: Date, limit: number): Promise<number> => {
  const { rowCount } = await db.query(
    `DELETE FROM webhook_messages WHERE id IN (
       SELECT m.id FROM webhook_messages m
        WHERE m.created_at < $1 AND NOT EXISTS (
          SELECT FROM webhook_deliveries d WHERE d.message_id = m.id AND d.status = 'pending')
        ORDER BY m.created_at LIMIT $2 FOR UPDATE SKIP LOCKED)`,
    [before, limit],
  );
  return rowCount;
};
