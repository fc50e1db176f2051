import type { Database, Executor, Tx } from '../../platform/database/types.ts';
import { alertColumns } from './store.ts';
import type { AlertRecord } from './types.ts';

/** Notified, without words, by every transaction that adds to the log. */
export const changeChannel = 'alert_changes';
/** Names the advisory lock of those who number. Any fixed number: all replicas must use the same. */
const lockKey = 0x616c6368;
const numberedAtOnce = 5_000;

export interface LoggedChange {
  readonly position: number;
  readonly kind: 'created' | 'changed';
  readonly action: string;
  readonly actor: string;
  readonly at: Date;
  /** Undefined where retention removed it meanwhile. */
  readonly alert: AlertRecord | undefined;
}

const numberSql = `
  UPDATE alert_changes SET position = n.position FROM (
    SELECT seq, GREATEST(COALESCE((SELECT max(position) FROM alert_changes), 0),
      (SELECT position FROM alert_changes_removed)) + row_number() OVER (ORDER BY seq) AS position
    FROM (SELECT seq FROM alert_changes WHERE position IS NULL ORDER BY seq LIMIT $1) AS waiting) AS n
  WHERE alert_changes.seq = n.seq`;

/**
 * Gives what committed without a position the next ones. Under one lock that is held until the commit: whoever sees a
 * position sees every lower one. Answers how many.
 */
export const numberChanges = async (db: Database): Promise<number> => {
  const { rows } = await db.prepared<{ waits: boolean }>(
    'alert changes wait',
    'SELECT EXISTS (SELECT FROM alert_changes WHERE position IS NULL) AS waits',
    [],
  );
  if (rows[0]?.waits !== true) return 0;
  return db.transaction(async (tx) => {
    // The numbering statement sees what was committed before the lock was had.
    await tx.query('SELECT pg_advisory_xact_lock($1)', [lockKey]);
    return (await tx.prepared('number alert changes', numberSql, [numberedAtOnce])).rowCount;
  });
};

/** The last position that was given, and up to where the log was removed. */
export const logEnds = async (db: Executor): Promise<{ readonly head: number; readonly removed: number }> => {
  const { rows } = await db.query<{ head: number; removed: number }>(
    `SELECT removed.position AS removed,
       GREATEST(removed.position, (SELECT max(position) FROM alert_changes)) AS head
     FROM alert_changes_removed AS removed`,
  );
  return rows[0] ?? { head: 0, removed: 0 };
};

/** What was logged behind `after`, oldest first. */
export const readChanges = async (
  db: Executor,
  after: number,
  limit: number,
): Promise<readonly LoggedChange[]> => {
  const { rows } = await db.prepared<Omit<LoggedChange, 'alert'> & { alertId: string }>(
    'read alert changes',
    `SELECT position, kind, action, actor, at, alert_id AS "alertId" FROM alert_changes
     WHERE position > $1 ORDER BY position LIMIT $2`,
    [after, limit],
  );
  if (rows.length === 0) return [];
  const ids = [...new Set(rows.map(({ alertId }) => alertId))];
  const alerts = await db.prepared<AlertRecord>(
    'alerts of changes',
    `SELECT ${alertColumns} FROM alerts WHERE id = ANY ($1::uuid[])`,
    [ids],
  );
  const byId = new Map(alerts.rows.map((alert) => [alert.id, alert]));
  return rows.map(({ alertId, ...change }) => ({ ...change, alert: byId.get(alertId) }));
};

/** Removes what is older, and remembers up to where. Nothing leaves without a position. Answers how many. */
export const pruneChanges = async (tx: Tx, before: Date, limit: number): Promise<number> => {
  await tx.query('SELECT pg_advisory_xact_lock($1)', [lockKey]);
  const { rows } = await tx.query<{ removed: number }>(
    `WITH gone AS (
       DELETE FROM alert_changes WHERE seq IN (
         SELECT seq FROM alert_changes WHERE position IS NOT NULL AND at < $1 ORDER BY position LIMIT $2)
       RETURNING position),
     noted AS (
       UPDATE alert_changes_removed
       SET position = GREATEST(position, (SELECT max(position) FROM gone)) WHERE EXISTS (SELECT FROM gone))
     SELECT count(*) AS removed FROM gone`,
    [before, limit],
  );
  return rows[0]?.removed ?? 0;
};
