import type { AlertHistoryAction, AlertStatus } from '@gpushield/contracts';
import type { Executor, Tx } from '../../platform/database/types.ts';
import type { CursorPosition } from '../../platform/http/cursor.ts';

export interface HistoryRecord {
  readonly id: string;
  readonly alertId: string;
  readonly at: Date;
  readonly actor: string;
  readonly action: AlertHistoryAction;
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

/** Whether the alert is active and its history has fewer entries than `limit`. */
export const takesNotes = async (tx: Tx, alertId: string, limit: number): Promise<boolean> => {
  const { rows } = await tx.query<{ takes: boolean }>(
    `SELECT status NOT IN ('resolved', 'false_positive') AND (SELECT count(*) FROM alert_history WHERE alert_id = $1) < $2 AS takes
     FROM alerts WHERE id = $1`,
    [alertId, limit],
  );
  return rows[0]?.takes ?? false;
};

/** Newest first; only entries of one action where one is named. */
export const listHistory = async (
  db: Executor,
  alertId: string,
  limit: number,
  after: CursorPosition | undefined,
  action: AlertHistoryAction | null = null,
): Promise<readonly HistoryRecord[]> => {
  const { rows } = await db.query<HistoryRecord>(
    `SELECT id, alert_id AS "alertId", at, actor, action, from_status AS "fromStatus", to_status AS "toStatus", note
     FROM alert_history
     WHERE alert_id = $1 AND ($2::timestamptz IS NULL OR (at, id) < ($2, $3::uuid))
       AND ($5::text IS NULL OR action = $5)
     ORDER BY at DESC, id DESC LIMIT $4`,
    [alertId, after === undefined ? null : new Date(Number(after.sort)), after?.id ?? null, limit, action],
  );
  return rows;
};

/** The newest entries of each alert, at most `each`. */
export const historyOfAlerts = async (
  db: Executor,
  alertIds: readonly string[],
  each: number,
): Promise<readonly HistoryRecord[]> => {
  const { rows } = await db.query<HistoryRecord>(
    `SELECT of_alert.* FROM unnest($1::uuid[]) AS wanted (alert)
     CROSS JOIN LATERAL (
       SELECT id, alert_id AS "alertId", at, actor, action, from_status AS "fromStatus", to_status AS "toStatus", note
       FROM alert_history WHERE alert_id = wanted.alert ORDER BY at DESC, id DESC LIMIT $2) AS of_alert`,
    [alertIds, each],
  );
  return rows;
};
