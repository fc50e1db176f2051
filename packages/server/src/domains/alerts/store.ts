import type { AlertQuery, AlertStatus, Severity } from '@gpushield/contracts';
import type { Executor, Tx } from '../../platform/database/types.ts';
import type { CursorPosition } from '../../platform/http/cursor.ts';
import type { AlertRecord, Evidence } from './types.ts';

/** Of the table `alerts`, which must go by its own name. */
export const alertColumns = `id, title, description, severity, status, source, fingerprint, node_id AS "nodeId",
  gpu_id AS "gpuId", sensor_id AS "sensorId", assignee, occurrences, first_seen_at AS "firstSeenAt",
  last_seen_at AS "lastSeenAt", acknowledged_at AS "acknowledgedAt", acknowledged_by AS "acknowledgedBy",
  resolved_at AS "resolvedAt", resolved_by AS "resolvedBy", resolution, severity_set_by AS "severitySetBy", evidence, group_key AS "groupKey",
  CASE WHEN status = 'false_positive'
    THEN (SELECT muted_until FROM alert_mutes WHERE alert_id = alerts.id AND muted_until > now()) END AS "mutedUntil", created_at AS "createdAt",
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

export interface Upserted {
  readonly id: string;
  readonly occurrences: number;
  readonly severity: Severity;
  /** What the severity was before; null for a new row. */
  readonly severityBefore: Severity | null;
}

const upsertSql = `
  INSERT INTO alerts AS active (id, title, description, severity, source, fingerprint, node_id, gpu_id, sensor_id,
    evidence, occurrences, first_seen_at, last_seen_at, created_at, updated_at)
  SELECT $1::uuid, $2, $3, $4::alert_severity, $5, $6, $7::uuid, $8::uuid, $9::uuid, $10::json, $11::bigint,
    $12::timestamptz, $12::timestamptz, $13::timestamptz, $13::timestamptz
  WHERE NOT EXISTS (SELECT FROM alert_mutes WHERE fingerprint = $6 AND muted_until > $13::timestamptz)
  ON CONFLICT (fingerprint) WHERE status NOT IN ('resolved', 'false_positive') DO UPDATE SET
    occurrences = active.occurrences + EXCLUDED.occurrences,
    first_seen_at = LEAST(active.first_seen_at, EXCLUDED.first_seen_at),
    last_seen_at = GREATEST(active.last_seen_at, EXCLUDED.last_seen_at),
    severity = CASE WHEN active.severity_set_by IS NULL THEN GREATEST(active.severity, EXCLUDED.severity)
      ELSE active.severity END,
    evidence = EXCLUDED.evidence,
    updated_at = EXCLUDED.updated_at
  RETURNING id, occurrences, severity,
    (SELECT before.severity FROM alerts before WHERE before.id = active.id) AS "severityBefore"`;

/**
 * Inserts, or joins the active alert of the fingerprint; undefined where the fingerprint is muted. The partial unique
 * index decides between replicas: the second waits for the first and then joins it; if that one was closed meanwhile,
 * PostgreSQL tries again and inserts. `id` equals the given one exactly when the row is new.
 */
export const upsertAlert = async (tx: Tx, alert: UpsertAlert): Promise<Upserted | undefined> => {
  const { rows } = await tx.prepared<Upserted>('raise alert', upsertSql, [
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
  ]);
  return rows[0];
};

/** Counts a sighting of a muted finding at its false alarm; answers that alert's id, or undefined where none mutes. */
export const countMuted = async (
  tx: Tx,
  { fingerprint, occurrences, seenAt, now }: UpsertAlert,
): Promise<string | undefined> => {
  const { rows } = await tx.query<{ id: string }>(
    `UPDATE alerts SET occurrences = occurrences + $2, last_seen_at = GREATEST(last_seen_at, $3), updated_at = $4
     WHERE id = (SELECT alert_id FROM alert_mutes WHERE fingerprint = $1 AND muted_until > $4) RETURNING id`,
    [fingerprint, occurrences, seenAt, now],
  );
  return rows[0]?.id;
};

/** Takes back an alert of this transaction, when the fingerprint was muted while it was made. */
export const withdrawIfMuted = async (
  tx: Tx,
  id: string,
  fingerprint: string,
  now: Date,
): Promise<boolean> => {
  const { rowCount } = await tx.query(
    `DELETE FROM alerts WHERE id = $1
       AND EXISTS (SELECT FROM alert_mutes WHERE fingerprint = $2 AND muted_until > $3)`,
    [id, fingerprint, now],
  );
  return rowCount > 0;
};

export const findAlert = async (db: Executor, id: string): Promise<AlertRecord | undefined> =>
  (await db.query<AlertRecord>(`SELECT ${alertColumns} FROM alerts WHERE id = $1`, [id])).rows[0];

/** An empty list of wanted values restricts nothing, as an absent one. */
const orNull = <T>(values: readonly T[] | undefined): readonly T[] | null =>
  values === undefined || values.length === 0 ? null : values;

export interface AlertFilters extends Omit<AlertQuery, 'since' | 'until' | 'limit' | 'cursor'> {
  readonly since: Date | null;
  readonly until: Date | null;
}

/** `$1` to `$11` of every statement that selects by filters. */
const whereSql = `
       ($1::alert_severity[] IS NULL OR severity = ANY ($1))
       AND ($2::text[] IS NULL OR status = ANY ($2))
       AND ($3::text[] IS NULL OR source = ANY ($3))
       AND ($4::uuid[] IS NULL OR node_id = ANY ($4))
       AND ($5::uuid[] IS NULL OR gpu_id = ANY ($5))
       AND ($6::text[] IS NULL OR assignee = ANY ($6))
       AND ($7::timestamptz IS NULL OR last_seen_at >= $7)
       AND ($8::timestamptz IS NULL OR first_seen_at < $8)
       AND ($9::text[] IS NULL OR fingerprint = ANY ($9))
       AND ($10::text[] IS NULL OR group_key = ANY ($10))
       AND ($11::timestamptz[] IS NULL OR group_at = ANY ($11))`;

/** The windows of the groups, with which a group's key ends: by them the index finds its alerts. */
const windowsOf = (keys: readonly string[]): readonly Date[] =>
  keys
    .map((key) => new Date(Number(/:(\d{1,12})$/.exec(key)?.[1]) * 1000))
    .filter((at) => !Number.isNaN(at.getTime()));

const whereValues = (filters: AlertFilters): readonly unknown[] => [
  orNull(filters.severities),
  orNull(filters.statuses),
  orNull(filters.sources),
  orNull(filters.node_ids),
  orNull(filters.gpu_ids),
  orNull(filters.assignees),
  filters.since,
  filters.until,
  orNull(filters.fingerprints),
  orNull(filters.group_keys),
  filters.group_keys === undefined || filters.group_keys.length === 0 ? null : windowsOf(filters.group_keys),
];

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
    `SELECT ${alertColumns} FROM alerts WHERE ${whereSql}
       AND ($12::timestamptz IS NULL OR (created_at, id) < ($12, $13::uuid))
     ORDER BY created_at DESC, id DESC LIMIT $14`,
    [
      ...whereValues(filters),
      after === undefined ? null : new Date(Number(after.sort)),
      after?.id ?? null,
      limit,
    ],
  );
  return rows;
};

/** What a bulk change still has to do something about. */
export interface Candidates {
  readonly statuses: readonly AlertStatus[];
  /** Undefined: whoever has it. */
  readonly notAssignedTo?: string | null | undefined;
  readonly notSetTo?: Severity | undefined;
}

/** Ids of alerts that match and are not yet as wanted, oldest first: what is asked again goes on where it ended. */
export const listCandidates = async (
  db: Executor,
  filters: AlertFilters,
  { statuses, notAssignedTo, notSetTo }: Candidates,
  limit: number,
): Promise<readonly string[]> => {
  const { rows } = await db.query<{ id: string }>(
    `SELECT id FROM alerts WHERE ${whereSql}
       AND status = ANY ($12::text[])
       AND ($13::boolean IS FALSE OR assignee IS DISTINCT FROM $14)
       AND ($15::alert_severity IS NULL OR severity <> $15 OR severity_set_by IS NULL)
     ORDER BY created_at, id LIMIT $16`,
    [
      ...whereValues(filters),
      statuses,
      notAssignedTo !== undefined,
      notAssignedTo ?? null,
      notSetTo ?? null,
      limit,
    ],
  );
  return rows.map(({ id }) => id);
};

/** The newest active alerts of each node, at most `each`. */
export const newestOfNodes = async (
  db: Executor,
  nodeIds: readonly string[],
  each: number,
): Promise<readonly AlertRecord[]> => {
  const { rows } = await db.query<AlertRecord>(
    `SELECT of_node.* FROM unnest($1::uuid[]) AS wanted (node)
     CROSS JOIN LATERAL (
       SELECT ${alertColumns} FROM alerts
       WHERE node_id = wanted.node AND status NOT IN ('resolved', 'false_positive')
       ORDER BY created_at DESC, id DESC LIMIT $2) AS of_node`,
    [nodeIds, each],
  );
  return rows;
};
