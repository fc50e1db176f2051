import type { Executor, Tx } from '../../../platform/database/types.ts';
import type { CursorPosition } from '../../../platform/http/cursor.ts';

export type AgentFormat = 'gpushield' | 'falco' | 'tetragon';

export interface AgentRecord {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly status: 'active' | 'revoked';
  readonly source: 'registered' | 'configured';
  readonly format: AgentFormat;
  readonly nodeId: string | null;
  readonly sensorId: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly registeredBy: string;
  readonly lastSeenAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

const columns = `id, name, description, status, source, format, node_id AS "nodeId", sensor_id AS "sensorId", labels,
  registered_by AS "registeredBy", last_seen_at AS "lastSeenAt", created_at AS "createdAt", updated_at AS "updatedAt"`;

export type NewAgent = Omit<AgentRecord, 'status' | 'lastSeenAt' | 'createdAt' | 'updatedAt'>;

/** False when there is an agent of this id already. */
export const insertAgent = async (db: Executor, agent: NewAgent, now: Date): Promise<boolean> => {
  const { rowCount } = await db.query(
    `INSERT INTO agents (id, name, description, status, source, format, node_id, sensor_id, labels, registered_by,
       created_at, updated_at)
     VALUES ($1, $2, $3, 'active', $4, $5, $6, $7, $8, $9, $10, $10) ON CONFLICT (id) DO NOTHING`,
    [
      agent.id,
      agent.name,
      agent.description,
      agent.source,
      agent.format,
      agent.nodeId,
      agent.sensorId,
      JSON.stringify(agent.labels),
      agent.registeredBy,
      now,
    ],
  );
  return rowCount > 0;
};

export const findAgentRecord = async (db: Executor, id: string): Promise<AgentRecord | undefined> =>
  (await db.query<AgentRecord>(`SELECT ${columns} FROM agents WHERE id = $1`, [id])).rows[0];

export const lockAgent = async (tx: Tx, id: string): Promise<AgentRecord | undefined> =>
  (await tx.query<AgentRecord>(`SELECT ${columns} FROM agents WHERE id = $1 FOR NO KEY UPDATE`, [id]))
    .rows[0];

export interface AgentFilter {
  readonly status?: 'active' | 'revoked' | undefined;
}

export const listAgents = async (
  db: Executor,
  { status }: AgentFilter,
  limit: number,
  after: CursorPosition | undefined,
): Promise<readonly AgentRecord[]> => {
  const { rows } = await db.query<AgentRecord>(
    `SELECT ${columns} FROM agents
      WHERE ($1::text IS NULL OR status = $1) AND ($2::timestamptz IS NULL OR (created_at, id) < ($2, $3))
      ORDER BY created_at DESC, id DESC LIMIT $4`,
    [status ?? null, after === undefined ? null : new Date(Number(after.sort)), after?.id ?? null, limit],
  );
  return rows;
};

export const updateAgent = async (
  tx: Tx,
  agent: Pick<AgentRecord, 'id' | 'name' | 'description' | 'nodeId' | 'sensorId' | 'labels' | 'status'>,
  now: Date,
): Promise<void> => {
  await tx.query(
    `UPDATE agents SET name = $2, description = $3, node_id = $4, sensor_id = $5, labels = $6, status = $7::text,
       revoked_at = CASE WHEN $7 = 'revoked' THEN coalesce(revoked_at, $8) END, updated_at = $8
      WHERE id = $1`,
    [
      agent.id,
      agent.name,
      agent.description,
      agent.nodeId,
      agent.sensorId,
      JSON.stringify(agent.labels),
      agent.status,
      now,
    ],
  );
};

/** Notes when agents were heard of; never backwards. */
export const noteSeen = async (db: Executor, seen: ReadonlyMap<string, number>): Promise<void> => {
  await db.query(
    `UPDATE agents a SET last_seen_at = to_timestamp(g.ms / 1000.0)
       FROM (SELECT * FROM unnest($1::text[], $2::bigint[]) AS u (id, ms) ORDER BY id) g
      WHERE a.id = g.id AND (a.last_seen_at IS NULL OR a.last_seen_at < to_timestamp(g.ms / 1000.0))`,
    [[...seen.keys()], [...seen.values()]],
  );
};
