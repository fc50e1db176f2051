import type { Executor, Tx } from '../../platform/database/types.ts';
import { changeChannel } from './change-log-store.ts';
import { alertColumns } from './store.ts';
import type { Entry } from './plan-change.ts';
import type { AlertRecord } from './types.ts';

/**
 * Locks the rows until the transaction ends; history entries, which refer to them, may still be written beside. In the
 * order of the fingerprints, in which everybody takes such locks.
 */
export const lockAlerts = async (tx: Tx, ids: readonly string[]): Promise<readonly AlertRecord[]> =>
  (
    await tx.query<AlertRecord>(
      `SELECT ${alertColumns} FROM alerts WHERE id = ANY ($1::uuid[]) ORDER BY fingerprint, id FOR NO KEY UPDATE`,
      [ids],
    )
  ).rows;

export const readAlerts = async (db: Executor, ids: readonly string[]): Promise<readonly AlertRecord[]> =>
  (
    await db.query<AlertRecord>(
      `SELECT ${alertColumns} FROM alerts WHERE id = ANY ($1::uuid[]) ORDER BY fingerprint, id`,
      [ids],
    )
  ).rows;

/** Those of the fingerprints that an active alert has. */
export const activeFingerprints = async (
  tx: Tx,
  fingerprints: readonly string[],
): Promise<ReadonlySet<string>> => {
  const { rows } = await tx.query<{ fingerprint: string }>(
    `SELECT fingerprint FROM alerts
     WHERE fingerprint = ANY ($1::text[]) AND status NOT IN ('resolved', 'false_positive')`,
    [fingerprints],
  );
  return new Set(rows.map(({ fingerprint }) => fingerprint));
};

export interface ChangeRow {
  readonly historyId: string;
  readonly next: AlertRecord;
  readonly entry: Entry;
}

/** The alerts as they are from now on, their history and what readers of the stream see: one statement. */
const writeSql = `
  WITH given AS (SELECT * FROM json_to_recordset($1::json) AS n (
      id uuid, history uuid, status text, severity alert_severity, severity_set_by text, assignee text,
      acknowledged_at timestamptz, acknowledged_by text, resolved_at timestamptz, resolved_by text, resolution text,
      updated_at timestamptz, action text, from_status text, to_status text, note text)),
  written AS (
    UPDATE alerts SET status = n.status, severity = n.severity, severity_set_by = n.severity_set_by,
      assignee = n.assignee, acknowledged_at = n.acknowledged_at, acknowledged_by = n.acknowledged_by,
      resolved_at = n.resolved_at, resolved_by = n.resolved_by, resolution = n.resolution, updated_at = n.updated_at
    FROM given n WHERE alerts.id = n.id AND n.action NOT IN ('commented', 'noted')),
  told AS (
    INSERT INTO alert_history (id, alert_id, at, actor, action, from_status, to_status, note)
    SELECT history, id, $2, $3, action, from_status, to_status, note FROM given),
  logged AS (
    INSERT INTO alert_changes (alert_id, kind, action, actor, at)
    SELECT id, 'changed', action, $3, $2 FROM given RETURNING seq)
  SELECT pg_notify('${changeChannel}', '') FROM (SELECT count(*) FROM logged) AS all_of_them`;

export const writeChanges = async (
  tx: Tx,
  changes: readonly ChangeRow[],
  by: { readonly actor: string; readonly now: Date },
): Promise<void> => {
  const rows = changes.map(({ historyId, next, entry }) => ({
    id: next.id,
    history: historyId,
    status: next.status,
    severity: next.severity,
    severity_set_by: next.severitySetBy,
    assignee: next.assignee,
    acknowledged_at: next.acknowledgedAt,
    acknowledged_by: next.acknowledgedBy,
    resolved_at: next.resolvedAt,
    resolved_by: next.resolvedBy,
    resolution: next.resolution,
    updated_at: next.updatedAt,
    action: entry.action,
    from_status: entry.from,
    to_status: entry.to,
    // JSON text with half a surrogate pair is no json to PostgreSQL.
    note: entry.note?.toWellFormed() ?? null,
  }));
  await tx.prepared('alert changes', writeSql, [JSON.stringify(rows), by.now, by.actor]);
};

export const insertCreated = async (
  tx: Tx,
  change: { alertId: string; kind: 'created' | 'changed'; action: string; actor: string; at: Date },
): Promise<void> => {
  await tx.prepared(
    'alert change',
    `WITH logged AS (
       INSERT INTO alert_changes (alert_id, kind, action, actor, at) VALUES ($1, $2, $3, $4, $5) RETURNING seq)
     SELECT pg_notify('${changeChannel}', '') FROM logged`,
    [change.alertId, change.kind, change.action, change.actor, change.at],
  );
};

/** Mutes the findings of false alarms, and takes the mute from those that were opened again. */
export const writeMutes = async (
  tx: Tx,
  alerts: readonly AlertRecord[],
  by: { readonly actor: string; readonly now: Date },
): Promise<void> => {
  const muted = alerts.filter(({ mutedUntil }) => mutedUntil !== null);
  const unmuted = alerts.filter(({ mutedUntil }) => mutedUntil === null);
  if (unmuted.length > 0) {
    await tx.query('DELETE FROM alert_mutes WHERE fingerprint = ANY ($1::text[])', [
      unmuted.map(({ fingerprint }) => fingerprint),
    ]);
  }
  if (muted.length === 0) return;
  await tx.query(
    `INSERT INTO alert_mutes (fingerprint, alert_id, muted_until, created_by, created_at)
     SELECT f, a, u, $4, $5 FROM unnest($1::text[], $2::uuid[], $3::timestamptz[]) AS n (f, a, u)
     ON CONFLICT (fingerprint) DO UPDATE SET alert_id = EXCLUDED.alert_id, muted_until = EXCLUDED.muted_until,
       created_by = EXCLUDED.created_by, created_at = EXCLUDED.created_at`,
    [
      muted.map(({ fingerprint }) => fingerprint),
      muted.map(({ id }) => id),
      muted.map(({ mutedUntil }) => mutedUntil),
      by.actor,
      by.now,
    ],
  );
};

export const mutesOf = async (
  db: Executor,
  fingerprints: readonly string[],
  now: Date,
): Promise<ReadonlyMap<string, Date>> => {
  const { rows } = await db.query<{ fingerprint: string; until: Date }>(
    `SELECT fingerprint, muted_until AS until FROM alert_mutes
     WHERE fingerprint = ANY ($1::text[]) AND muted_until > $2`,
    [fingerprints, now],
  );
  return new Map(rows.map(({ fingerprint, until }) => [fingerprint, until]));
};

/** Comments on one alert, counted up to `limit`. */
export const countComments = async (tx: Tx, alertId: string, limit: number): Promise<number> => {
  const { rows } = await tx.query<{ n: number }>(
    `SELECT count(*)::integer AS n FROM
       (SELECT 1 FROM alert_history WHERE alert_id = $1 AND action = 'commented' LIMIT $2) AS counted`,
    [alertId, limit],
  );
  return rows[0]?.n ?? 0;
};
