import type { Node, RegisterNode, UpdateNode } from '@gpushield/contracts';
import type { Executor } from '../../platform/database/types.ts';
import type { CursorPosition } from '../../platform/http/cursor.ts';
import { isOnlineSql } from './sensor-status.ts';
import { createConditions, escapeLike } from './sql.ts';

export interface NodeRow {
  readonly id: string;
  readonly name: string;
  readonly cluster_id: string;
  readonly ip_address: string | null;
  readonly kubernetes_version: string | null;
  readonly kernel_version: string | null;
  readonly operating_system: string | null;
  readonly architecture: string | null;
  readonly labels: Record<string, string>;
  readonly registered_by: string;
  /** A sensor's heartbeat, or a record of one of its GPUs, whatever brought it. */
  readonly last_seen_at: Date | null;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly gpu_count: number;
  readonly sensor_count: number;
  readonly online_count: number;
  readonly heard: boolean;
}

/** Exporters report each minute at the latest; a node without a sensor that is silent for so long is offline. */
const silentSeconds = 300;

const heardSql = `coalesce(heads.heard_at > now() - interval '${silentSeconds} s', false)`;
const selectNodes = `
  SELECT nodes.*, greatest(nodes.last_seen_at, heads.heard_at) AS last_seen_at, ${heardSql} AS heard,
    (SELECT count(*) FROM gpus WHERE gpus.node_id = nodes.id) AS gpu_count,
    counts.sensor_count, counts.online_count
  FROM nodes
  LEFT JOIN detection_heads AS heads ON heads.node_id = nodes.id
  CROSS JOIN LATERAL (
    SELECT count(*) AS sensor_count, count(*) FILTER (WHERE ${isOnlineSql}) AS online_count
    FROM sensors WHERE sensors.node_id = nodes.id
  ) AS counts`;

/** A node is what its sensors are: online when one of them is. Without any, its records say whether it is there. */
const statusOf = (row: NodeRow): Node['status'] => {
  if (row.sensor_count === 0 && row.last_seen_at === null) return 'unknown';
  const online = row.sensor_count > 0 ? row.online_count > 0 : row.heard;
  return online ? 'online' : 'offline';
};

const seenSql = 'nodes.last_seen_at IS NOT NULL OR heads.heard_at IS NOT NULL';
const statusConditions = {
  unknown: `counts.sensor_count = 0 AND NOT (${seenSql})`,
  online: `(counts.online_count > 0 OR counts.sensor_count = 0 AND ${heardSql})`,
  offline: `(counts.sensor_count > 0 AND counts.online_count = 0
    OR counts.sensor_count = 0 AND (${seenSql}) AND NOT ${heardSql})`,
} as const satisfies Record<Node['status'], string>;

export const presentNode = (row: NodeRow): Node => ({
  id: row.id,
  name: row.name,
  cluster_id: row.cluster_id,
  ip_address: row.ip_address,
  kubernetes_version: row.kubernetes_version,
  kernel_version: row.kernel_version,
  operating_system: row.operating_system,
  architecture: row.architecture,
  labels: row.labels,
  status: statusOf(row),
  gpu_count: row.gpu_count,
  sensor_count: row.sensor_count,
  registered_by: row.registered_by,
  last_seen_at: row.last_seen_at?.toISOString() ?? null,
  created_at: row.created_at.toISOString(),
  updated_at: row.updated_at.toISOString(),
});

const factColumns = [
  'ip_address',
  'kubernetes_version',
  'kernel_version',
  'operating_system',
  'architecture',
  'labels',
] as const satisfies readonly (keyof UpdateNode)[];

const factValue = (facts: UpdateNode, column: (typeof factColumns)[number]): unknown =>
  column === 'labels' ? JSON.stringify(facts.labels ?? {}) : (facts[column] ?? null);

const givenFacts = (facts: UpdateNode) => factColumns.filter((column) => facts[column] !== undefined);

export const findNode = async (db: Executor, id: string): Promise<NodeRow | undefined> => {
  const { rows } = await db.query<NodeRow>(`${selectNodes} WHERE nodes.id = $1`, [id]);
  return rows[0];
};

/**
 * Registers a node or updates the facts that `body` gives of the one with its cluster and name. Answers its id, and
 * undefined when that one was registered by someone else than `onlyOwnerId`.
 */
export const upsertNode = async (
  db: Executor,
  node: { readonly id: string; readonly registeredBy: string; readonly onlyOwnerId: string | null },
  body: RegisterNode,
): Promise<string | undefined> => {
  const given = givenFacts(body);
  const columns = ['id', 'name', 'cluster_id', 'registered_by', ...given];
  const values = [
    node.id,
    body.name,
    body.cluster_id ?? 'default',
    node.registeredBy,
    ...given.map((column) => factValue(body, column)),
  ];
  const updates = [...given.map((column) => `${column} = excluded.${column}`), 'updated_at = now()'];
  const { rows } = await db.query<{ id: string }>(
    `INSERT INTO nodes (${columns.join(', ')}) VALUES (${columns.map((_, index) => `$${index + 1}`).join(', ')})
     ON CONFLICT (cluster_id, name) DO UPDATE SET ${updates.join(', ')}
       WHERE $${columns.length + 1}::text IS NULL OR nodes.registered_by = $${columns.length + 1}
     RETURNING id`,
    [...values, node.onlyOwnerId],
  );
  return rows[0]?.id;
};

export const updateNode = async (db: Executor, id: string, facts: UpdateNode): Promise<void> => {
  const given = givenFacts(facts);
  const updates = [...given.map((column, index) => `${column} = $${index + 2}`), 'updated_at = now()'];
  await db.query(`UPDATE nodes SET ${updates.join(', ')} WHERE id = $1`, [
    id,
    ...given.map((column) => factValue(facts, column)),
  ]);
};

/** Takes its GPUs and sensors with it; answers whether there was one. */
export const deleteNode = async (db: Executor, id: string): Promise<boolean> => {
  const { rowCount } = await db.query('DELETE FROM nodes WHERE id = $1', [id]);
  return rowCount > 0;
};

export interface NodeFilter {
  readonly cluster_id?: string | undefined;
  readonly status?: Node['status'] | undefined;
  /** Prefix of the name. */
  readonly name?: string | undefined;
}

/** Newest first, keyset by (created_at, id). */
export const listNodes = async (
  db: Executor,
  filter: NodeFilter,
  limit: number,
  after: CursorPosition | undefined,
): Promise<readonly NodeRow[]> => {
  const where = createConditions();
  if (filter.cluster_id !== undefined) where.add((at) => `nodes.cluster_id = ${at}`, filter.cluster_id);
  if (filter.name !== undefined) where.add((at) => `nodes.name LIKE ${at}`, `${escapeLike(filter.name)}%`);
  if (filter.status !== undefined) where.literal(statusConditions[filter.status]);
  where.after('nodes.created_at', 'nodes.id', after);
  const { rows } = await db.query<NodeRow>(
    `${selectNodes} ${where.sql()} ORDER BY nodes.created_at DESC, nodes.id DESC LIMIT ${where.bind(limit)}`,
    where.values(),
  );
  return rows;
};

export const nodesByIds = async (db: Executor, ids: readonly string[]): Promise<readonly NodeRow[]> =>
  (await db.query<NodeRow>(`${selectNodes} WHERE nodes.id = ANY ($1::uuid[])`, [ids])).rows;
