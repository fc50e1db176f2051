import type { Executor } from '../../../platform/database/types.ts';
import type { CursorPosition } from '../../../platform/http/cursor.ts';
import { riskLevels } from '../crossings/decide.ts';
import type { ScoreState } from '../types.ts';

export interface ProcessRecord {
  readonly processId: string;
  readonly agentId: string;
  readonly pid: number;
  readonly startedAt: Date | null;
  readonly parentProcessId: string | null;
  readonly command: string | null;
  readonly executable: string | null;
  readonly executableSha256: string | null;
  readonly userId: number | null;
  readonly userName: string | null;
  readonly containerId: string | null;
  readonly image: string | null;
  readonly pod: string | null;
  readonly namespace: string | null;
  readonly jobId: string | null;
  readonly nodeId: string | null;
  readonly eventCount: number;
  readonly firstSeenAt: Date;
  readonly lastSeenAt: Date;
  readonly state: ScoreState | null;
  readonly scoredAt: Date;
  readonly alertId: string | null;
  readonly createdAt: Date;
}

const columns = `process_id AS "processId", agent_id AS "agentId", pid, started_at AS "startedAt",
  parent_process_id AS "parentProcessId", command, executable, executable_sha256 AS "executableSha256",
  user_id AS "userId", user_name AS "userName", container_id AS "containerId", image, pod, namespace,
  job_id AS "jobId", node_id AS "nodeId", event_count AS "eventCount", first_seen_at AS "firstSeenAt",
  last_seen_at AS "lastSeenAt", score_state AS state, scored_at AS "scoredAt", alert_id AS "alertId",
  created_at AS "createdAt"`;

export interface ProcessFilter {
  readonly agent_id?: string | undefined;
  readonly job_id?: string | undefined;
  readonly parent_process_id?: string | undefined;
  readonly process_id?: string | undefined;
  /** RFC 3339: whose score changed at or after. */
  readonly since?: string | undefined;
  /** 0 to 100; the stored risk is an upper bound of the present one, so the reader looks again. */
  readonly risk_min?: number | undefined;
}

/**
 * The statement of the lists: newest first by creation, which never changes, so pages stay stable while scores move. A
 * condition on the risk is written as those of the partial indexes are.
 */
export const listStatement = (
  filter: ProcessFilter,
  limit: number,
  after: CursorPosition | undefined,
): { readonly sql: string; readonly values: readonly unknown[] } => {
  const values: unknown[] = [];
  const bind = (value: unknown): string => {
    values.push(value);
    return `$${String(values.length)}`;
  };
  const where: string[] = [];
  if (filter.process_id !== undefined) where.push(`process_id = ${bind(filter.process_id)}`);
  if (filter.agent_id !== undefined) where.push(`agent_id = ${bind(filter.agent_id)}`);
  if (filter.job_id !== undefined) where.push(`job_id = ${bind(filter.job_id)}`);
  if (filter.parent_process_id !== undefined) {
    where.push(`parent_process_id = ${bind(filter.parent_process_id)}`);
  }
  if (filter.since !== undefined) where.push(`scored_at >= ${bind(filter.since)}::timestamptz`);
  const { risk_min: least = 0 } = filter;
  const level = riskLevels.findLast((one) => one <= least);
  if (level !== undefined) where.push(`risk >= ${String(level)}`);
  // The stored risk is a float4: a little below the bound may be the bound.
  if (least > 0) where.push(`risk >= ${bind(least - 0.001)}::float8`);
  if (after !== undefined) {
    where.push(`(created_at, process_id) < (${bind(new Date(Number(after.sort)))}, ${bind(after.id)})`);
  }
  const conditions = where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`;
  return {
    sql: `SELECT ${columns} FROM processes ${conditions} ORDER BY created_at DESC, process_id DESC LIMIT ${bind(limit)}`,
    values,
  };
};

export const listProcesses = async (
  db: Executor,
  filter: ProcessFilter,
  limit: number,
  after: CursorPosition | undefined,
): Promise<readonly ProcessRecord[]> => {
  const { sql, values } = listStatement(filter, limit, after);
  return (await db.query<ProcessRecord>(sql, values)).rows;
};

export const positionOf = (process: ProcessRecord): CursorPosition => ({
  sort: String(process.createdAt.getTime()),
  id: process.processId,
});

export const findProcess = async (db: Executor, processId: string): Promise<ProcessRecord | undefined> =>
  (await db.query<ProcessRecord>(`SELECT ${columns} FROM processes WHERE process_id = $1`, [processId]))
    .rows[0];

const maxDepth = 32;

/** The parents of a process, the nearest first; a circle ends where it closes. */
export const ancestorsOf = async (db: Executor, processId: string): Promise<readonly ProcessRecord[]> => {
  const { rows } = await db.query<ProcessRecord>(
    `WITH RECURSIVE up (id, depth, path) AS (
       SELECT parent_process_id, 1, ARRAY[process_id, parent_process_id] FROM processes
        WHERE process_id = $1 AND parent_process_id IS NOT NULL
       UNION ALL
       SELECT p.parent_process_id, up.depth + 1, up.path || p.parent_process_id
         FROM up JOIN processes p ON p.process_id = up.id
        WHERE p.parent_process_id IS NOT NULL AND up.depth < $2 AND p.parent_process_id <> ALL (up.path)
     )
     SELECT ${columns} FROM up JOIN processes ON process_id = up.id
      WHERE up.id <> $1 ORDER BY up.depth`,
    [processId, maxDepth],
  );
  return rows;
};

/** The descendants of a process, parents before children, up to `limit`. */
export const descendantsOf = async (
  db: Executor,
  processId: string,
  limit: number,
): Promise<readonly ProcessRecord[]> => {
  const found: ProcessRecord[] = [];
  const seen = new Set([processId]);
  let parents: readonly string[] = [processId];
  for (let depth = 0; depth < maxDepth && parents.length > 0 && found.length < limit; depth += 1) {
    const { rows } = await db.query<ProcessRecord>(
      `SELECT ${columns} FROM processes WHERE parent_process_id = ANY($1)
        ORDER BY created_at, process_id LIMIT $2`,
      [parents, limit - found.length],
    );
    const fresh = rows.filter(({ processId: id }) => !seen.has(id));
    for (const { processId: id } of fresh) seen.add(id);
    found.push(...fresh);
    parents = fresh.map(({ processId: id }) => id);
  }
  return found;
};

export interface HistoryRecord {
  readonly at: Date;
  readonly id: string;
  readonly risk: number;
  readonly cause: 'events' | 'decay' | 'recalculation';
}

export const listHistory = async (
  db: Executor,
  processId: string,
  limit: number,
  after: CursorPosition | undefined,
): Promise<readonly HistoryRecord[]> => {
  const { rows } = await db.query<HistoryRecord>(
    `SELECT at, id, risk::float8 AS risk, cause FROM score_history
      WHERE process_id = $1 AND ($2::timestamptz IS NULL OR (at, id) < ($2, $3::uuid))
      ORDER BY at DESC, id DESC LIMIT $4`,
    [processId, after === undefined ? null : new Date(Number(after.sort)), after?.id ?? null, limit],
  );
  return rows;
};
