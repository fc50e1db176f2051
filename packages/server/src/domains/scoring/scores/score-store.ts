import type { Tx } from '../../../platform/database/types.ts';
import type { ScoreState } from '../types.ts';

/** A process's row as scoring changes it; it is locked by whoever reads it so. */
export interface ScoredProcess {
  readonly processId: string;
  readonly agentId: string;
  readonly pid: number;
  readonly command: string | null;
  readonly executable: string | null;
  readonly userName: string | null;
  readonly containerId: string | null;
  readonly image: string | null;
  readonly pod: string | null;
  readonly namespace: string | null;
  readonly jobId: string | null;
  readonly nodeId: string | null;
  readonly state: ScoreState | null;
  readonly next: ScoreState | null;
  readonly epoch: number;
  readonly risk: number;
  readonly scoredAt: Date;
  readonly toldAbove: readonly string[];
  readonly alertId: string | null;
}

export const scoredColumns = `process_id AS "processId", agent_id AS "agentId", pid, command, executable,
  user_name AS "userName", container_id AS "containerId", image, pod, namespace, job_id AS "jobId",
  node_id AS "nodeId", score_state AS state, score_next AS next, score_epoch AS epoch, risk::float8 AS risk,
  scored_at AS "scoredAt", told_above AS "toldAbove", alert_id AS "alertId"`;

/** Locks and reads processes, in the order in which every transaction locks them. */
export const lockScored = async (
  tx: Tx,
  processIds: readonly string[],
): Promise<readonly ScoredProcess[]> => {
  const { rows } = await tx.prepared<ScoredProcess>(
    'lock scored',
    `SELECT ${scoredColumns} FROM processes WHERE process_id = ANY($1) ORDER BY process_id FOR NO KEY UPDATE`,
    [processIds],
  );
  return rows;
};

/** Locks up to `limit` processes whose stored risk is due to be lowered; those that others hold are left to them. */
export const lockFallen = async (tx: Tx, now: Date, limit: number): Promise<readonly ScoredProcess[]> => {
  const { rows } = await tx.query<ScoredProcess>(
    `SELECT ${scoredColumns} FROM processes
      WHERE process_id IN (SELECT process_id FROM processes WHERE falls_at <= $1 ORDER BY falls_at LIMIT $2)
        AND falls_at <= $1
      ORDER BY process_id FOR NO KEY UPDATE SKIP LOCKED`,
    [now, limit],
  );
  return rows;
};

export interface ScoreChange {
  readonly processId: string;
  readonly state: ScoreState | null;
  readonly next: ScoreState | null;
  readonly epoch: number;
  readonly risk: number;
  readonly riskAt: Date;
  readonly fallsAt: Date | null;
  readonly scoredAt: Date;
  readonly toldAbove: readonly string[];
  readonly alertId: string | null;
}

export const updateScores = async (tx: Tx, changes: readonly ScoreChange[]): Promise<void> => {
  if (changes.length === 0) return;
  const rows = changes.map((change) => ({
    process_id: change.processId,
    state: change.state === null ? null : JSON.stringify(change.state),
    next: change.next === null ? null : JSON.stringify(change.next),
    epoch: change.epoch,
    risk: change.risk,
    risk_at: change.riskAt,
    falls_at: change.fallsAt,
    scored_at: change.scoredAt,
    told: `{${change.toldAbove.join(',')}}`,
    alert_id: change.alertId,
  }));
  await tx.prepared(
    'update scores',
    `UPDATE processes p SET score_state = g.state::json, score_next = g.next::json, score_epoch = g.epoch, risk = g.risk,
       risk_at = g.risk_at, falls_at = g.falls_at, scored_at = g.scored_at, told_above = g.told::uuid[],
       alert_id = g.alert_id
     FROM json_to_recordset($1::json) AS g (process_id text, state text, next text, epoch int, risk real,
       risk_at timestamptz, falls_at timestamptz, scored_at timestamptz, told text, alert_id uuid)
     WHERE p.process_id = g.process_id COLLATE "C"`,
    [JSON.stringify(rows)],
  );
};

export interface HistoryPoint {
  readonly id: string;
  readonly processId: string;
  readonly risk: number;
  readonly cause: 'events' | 'decay' | 'recalculation';
}

export const insertHistory = async (tx: Tx, at: Date, points: readonly HistoryPoint[]): Promise<void> => {
  if (points.length === 0) return;
  await tx.prepared(
    'score history',
    `INSERT INTO score_history (at, id, process_id, risk, cause)
     SELECT $2, g.id, g."processId", g.risk, g.cause
       FROM json_to_recordset($1::json) AS g (id uuid, "processId" text, risk real, cause text)`,
    [JSON.stringify(points), at],
  );
};
