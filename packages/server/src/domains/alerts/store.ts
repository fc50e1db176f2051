import type { AlertQuery, AlertStatus, Severity } from '@gpushield/contracts';
import type { Executor, Tx } from '../../platform/database/types.ts';
import type { CursorPosition } from '../../platform/http/cursor.ts';
import type { AlertRecord, Evidence, Resolution } from './types.ts';

const columns = `id, title, description, severity, status, source, fingerprint, node_id AS "nodeId",
  gpu_id AS "gpuId", sensor_id AS "sensorId", assignee, occurrences, first_seen_at AS "firstSeenAt",
  last_seen_at AS "lastSeenAt", acknowledged_at AS "acknowledgedAt", acknowledged_by AS "acknowledgedBy",
  resolved_at AS "resolvedAt", resolved_by AS "resolvedBy", resolution, evidence, created_at AS "createdAt",
  updated_at AS "updatedAt"`;

export interface UpsertAlert {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly severity: Severity;
  readonly source: string;
  readonly fingerprint: string;
  readonly nodeId: string | null;
  readonly gpuId: string | null;
  readonly sensorId: string | null;
  readonly evidence: Evidence;
  readonly occurrences: number;
  readonly seenAt: Date;
  readonly now: Date;
}

/**
 * Inserts, or joins the unresolved alert of the fingerprint. The partial unique index decides between replicas: the
 * second waits for the first and then joins it; if that one was resolved meanwhile, PostgreSQL tries again and
 * inserts. `id` equals the given one exactly when the row is new.
 */
export const upsertAlert = async (
  tx: Tx,
  alert: UpsertAlert,
): Promise<{ id: string; occurrences: number }> => {
  const { rows } = await tx.query<{ id: string; occurrences: number }>(
    `INSERT INTO alerts AS open (id, title, description, severity, source, fingerprint, node_id, gpu_id, sensor_id,
        evidence, occurrences, first_seen_at, last_seen_at, created_at, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12, $13, $13)
     ON CONFLICT (fingerprint) WHERE status <> 'resolved' DO UPDATE SET
        occurrences = open.occurrences + EXCLUDED.occurrences,
        first_seen_at = LEAST(open.first_seen_at, EXCLUDED.first_seen_at),
        last_seen_at = GREATEST(open.last_seen_at, EXCLUDED.last_seen_at),
        severity = GREATEST(open.severity, EXCLUDED.severity),
        evidence = EXCLUDED.evidence,
        updated_at = EXCLUDED.updated_at
     RETURNING id, occurrences`,
    [
      alert.id,
      alert.title,
      alert.description,
      alert.severity,
      alert.source,
      alert.fingerprint,
      alert.nodeId,
      alert.gpuId,
      alert.sensorId,
      JSON.stringify(alert.evidence),
      alert.occurrences,
      alert.seenAt,
      alert.now,
    ],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('INSERT … ON CONFLICT DO UPDATE returned no row');
  return row;
};

export const findAlert = async (db: Executor, id: string): Promise<AlertRecord | undefined> =>
  (await db.query<AlertRecord>(`SELECT ${columns} FROM alerts WHERE id = $1`, [id])).rows[0];

/** Locks the row until the transaction ends; history entries, which refer to it, may still be written beside. */
export const lockAlert = async (tx: Tx, id: string): Promise<AlertRecord | undefined> =>
  (await tx.query<AlertRecord>(`SELECT ${columns} FROM alerts WHERE id = $1 FOR NO KEY UPDATE`, [id]))
    .rows[0];

const changed = async (tx: Tx, sql: string, values: readonly unknown[]): Promise<AlertRecord> => {
  const [row] = (await tx.query<AlertRecord>(`${sql} RETURNING ${columns}`, values)).rows;
  if (row === undefined) throw new Error('A locked alert was gone when it was changed');
  return row;
};

export const setAcknowledged = (tx: Tx, id: string, by: string, now: Date): Promise<AlertRecord> =>
  changed(
    tx,
    `UPDATE alerts SET status = 'acknowledged', acknowledged_at = $2, acknowledged_by = $3, updated_at = $2 WHERE id = $1`,
    [id, now, by],
  );

export const setAssignee = (tx: Tx, id: string, assignee: string | null, now: Date): Promise<AlertRecord> =>
  changed(tx, 'UPDATE alerts SET assignee = $3, updated_at = $2 WHERE id = $1', [id, now, assignee]);

export const setResolved = (
  tx: Tx,
  id: string,
  by: string,
  resolution: Resolution,
  now: Date,
): Promise<AlertRecord> =>
  changed(
    tx,
    `UPDATE alerts SET status = 'resolved', resolved_at = $2, resolved_by = $3, resolution = $4, updated_at = $2
     WHERE id = $1`,
    [id, now, by, resolution],
  );

/** An empty list of wanted values restricts nothing, as an absent one. */
const orNull = <T>(values: readonly T[] | undefined): readonly T[] | null =>
  values === undefined || values.length === 0 ? null : values;

export interface AlertFilters extends Omit<AlertQuery, 'since' | 'until' | 'limit' | 'cursor'> {
  readonly since: Date | null;
  readonly until: Date | null;
}

/**
 * Newest first by (created_at, id): both never change, so a walk over pages neither skips nor repeats an alert
 * while others occur again. `since` and `until` select alerts that were seen within the window.
 */
export const listAlerts = async (
  db: Executor,
  filters: AlertFilters,
  limit: number,
  after: CursorPosition | undefined,
): Promise<readonly AlertRecord[]> => {
  const { rows } = await db.query<AlertRecord>(
    `SELECT ${columns} FROM alerts
     WHERE ($1::alert_severity[] IS NULL OR severity = ANY ($1))
       AND ($2::text[] IS NULL OR status = ANY ($2))
       AND ($3::text[] IS NULL OR source = ANY ($3))
       AND ($4::uuid[] IS NULL OR node_id = ANY ($4))
       AND ($5::uuid[] IS NULL OR gpu_id = ANY ($5))
       AND ($6::text[] IS NULL OR assignee = ANY ($6))
       AND ($7::timestamptz IS NULL OR last_seen_at >= $7)
       AND ($8::timestamptz IS NULL OR first_seen_at < $8)
       AND ($9::timestamptz IS NULL OR (created_at, id) < ($9, $10::uuid))
     ORDER BY created_at DESC, id DESC
     LIMIT $11`,
    [
      orNull(filters.severities),
      orNull(filters.statuses),
      orNull(filters.sources),
      orNull(filters.node_ids),
      orNull(filters.gpu_ids),
      orNull(filters.assignees),
      filters.since,
      filters.until,
      after === undefined ? null : new Date(Number(after.sort)),
      after?.id ?? null,
      limit,
    ],
  );
  return rows;
};

export interface HistoryRecord {
  readonly id: string;
  readonly alertId: string;
  readonly at: Date;
  readonly actor: string;
  readonly action: 'created' | 'repeated' | 'acknowledged' | 'assigned' | 'resolved' | 'noted';
  readonly fromStatus: AlertStatus | null;
  readonly toStatus: AlertStatus | null;
  readonly note: string | null;
}

export const insertHistory = async (tx: Tx, entry: HistoryRecord): Promise<void> => {
  await tx.query(
    `INSERT INTO alert_history (id, alert_id, at, actor, action, from_status, to_status, note)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      entry.id,
      entry.alertId,
      entry.at,
      entry.actor,
      entry.action,
      entry.fromStatus,
      entry.toStatus,
      entry.note,
    ],
  );
};

/** Whether the alert is unresolved and its history has fewer entries than `limit`. */
export const takesNotes = async (tx: Tx, alertId: string, limit: number): Promise<boolean> => {
  const { rows } = await tx.query<{ takes: boolean }>(
    `SELECT status <> 'resolved' AND (SELECT count(*) FROM alert_history WHERE alert_id = $1) < $2 AS takes
     FROM alerts WHERE id = $1`,
    [alertId, limit],
  );
  return rows[0]?.takes ?? false;
};

export const listHistory = async (
  db: Executor,
  alertId: string,
  limit: number,
  after: CursorPosition | undefined,
): Promise<readonly HistoryRecord[]> => {
  const { rows } = await db.query<HistoryRecord>(
    `SELECT id, alert_id AS "alertId", at, actor, action, from_status AS "fromStatus", to_status AS "toStatus", note
     FROM alert_history
     WHERE alert_id = $1 AND ($2::timestamptz IS NULL OR (at, id) < ($2, $3::uuid))
     ORDER BY at DESC, id DESC LIMIT $4`,
    [alertId, after === undefined ? null : new Date(Number(after.sort)), after?.id ?? null, limit],
  );
  return rows;
};
