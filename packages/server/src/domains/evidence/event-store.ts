import type { Severity } from '@gpushield/contracts';
import type { Executor, Tx } from '../../platform/database/types.ts';
import type { CursorPosition } from '../../platform/http/cursor.ts';

export interface EventRecord {
  readonly id: string;
  readonly nodeId: string;
  readonly sensorId: string | null;
  readonly gpuId: string | null;
  readonly type: string;
  readonly severity: Severity;
  readonly title: string;
  readonly description: string;
  readonly occurredAt: Date;
  readonly receivedAt: Date;
  readonly fingerprint: string;
  readonly evidence: Readonly<Record<string, unknown>>;
  readonly alertId: string | null;
}

const columns = `id, node_id AS "nodeId", sensor_id AS "sensorId", gpu_id AS "gpuId", event_type AS type, severity,
  title, description, occurred_at AS "occurredAt", received_at AS "receivedAt", fingerprint, evidence,
  alert_id AS "alertId"`;

/** All in one statement. */
export const insertEvents = async (tx: Tx, events: readonly EventRecord[]): Promise<void> => {
  if (events.length === 0) return;
  const column = <T>(pick: (event: EventRecord) => T): T[] => events.map(pick);
  await tx.query(
    `INSERT INTO security_events (id, node_id, sensor_id, gpu_id, event_type, severity, title, description,
        occurred_at, received_at, fingerprint, evidence, alert_id)
     SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[],
        $8::text[], $9::timestamptz[], $10::timestamptz[], $11::text[], $12::json[], $13::uuid[])`,
    [
      column(({ id }) => id),
      column(({ nodeId }) => nodeId),
      column(({ sensorId }) => sensorId),
      column(({ gpuId }) => gpuId),
      column(({ type }) => type),
      column(({ severity }) => severity),
      column(({ title }) => title),
      column(({ description }) => description),
      column(({ occurredAt }) => occurredAt),
      column(({ receivedAt }) => receivedAt),
      column(({ fingerprint }) => fingerprint),
      column(({ evidence }) => JSON.stringify(evidence)),
      column(({ alertId }) => alertId),
    ],
  );
};

export interface XidRow {
  readonly gpu_id: string;
  readonly code: number;
  readonly at: Date;
}

/** Xids of these GPUs since a moment, at most `each` of one; by the code that their fingerprint ends with. */
export const recentXids = async (
  db: Executor,
  gpuIds: readonly string[],
  since: Date,
  each: number,
): Promise<readonly XidRow[]> => {
  const { rows } = await db.query<XidRow>(
    `SELECT found.gpu_id, found.code::int, found.at FROM unnest($1::uuid[]) AS wanted (id)
     CROSS JOIN LATERAL (
       SELECT gpu_id, substring(fingerprint FROM ':([0-9]{1,5})$') AS code, occurred_at AS at FROM security_events
       WHERE gpu_id = wanted.id AND event_type = 'gpu.xid' AND occurred_at > $2
       ORDER BY occurred_at DESC, id DESC LIMIT $3) AS found
     WHERE found.code IS NOT NULL`,
    [gpuIds, since, each],
  );
  return rows;
};

export const findEvent = async (db: Executor, id: string): Promise<EventRecord | undefined> =>
  (await db.query<EventRecord>(`SELECT ${columns} FROM security_events WHERE id = $1`, [id])).rows[0];

export interface EventFilters {
  readonly node_id?: string;
  readonly sensor_id?: string;
  readonly gpu_id?: string;
  readonly event_type?: string;
  readonly severity?: string;
  readonly since: Date | null;
  readonly until: Date | null;
}

/** Newest first by (occurred_at, id), which never change. The window is of the time of occurrence, half open. */
export const listEvents = async (
  db: Executor,
  filters: EventFilters,
  limit: number,
  after: CursorPosition | undefined,
): Promise<readonly EventRecord[]> => {
  const { rows } = await db.query<EventRecord>(
    `SELECT ${columns} FROM security_events
     WHERE ($1::uuid IS NULL OR node_id = $1)
       AND ($2::uuid IS NULL OR sensor_id = $2)
       AND ($3::uuid IS NULL OR gpu_id = $3)
       AND ($4::text IS NULL OR event_type = $4)
       AND ($5::text IS NULL OR severity = $5)
       AND ($6::timestamptz IS NULL OR occurred_at >= $6)
       AND ($7::timestamptz IS NULL OR occurred_at < $7)
       AND ($8::timestamptz IS NULL OR (occurred_at, id) < ($8, $9::uuid))
     ORDER BY occurred_at DESC, id DESC
     LIMIT $10`,
    [
      filters.node_id ?? null,
      filters.sensor_id ?? null,
      filters.gpu_id ?? null,
      filters.event_type ?? null,
      filters.severity ?? null,
      filters.since,
      filters.until,
      after === undefined ? null : new Date(Number(after.sort)),
      after?.id ?? null,
      limit,
    ],
  );
  return rows;
};

/** Deletes up to `limit` events received before `before`; rows that another replica deletes are left to it. */
export const deleteEventsBefore = async (db: Executor, before: Date, limit: number): Promise<number> => {
  const { rowCount } = await db.query(
    `DELETE FROM security_events WHERE id IN (
       SELECT id FROM security_events WHERE received_at < $1 ORDER BY received_at LIMIT $2 FOR UPDATE SKIP LOCKED)`,
    [before, limit],
  );
  return rowCount;
};
