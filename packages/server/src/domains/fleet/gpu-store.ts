import type { Gpu, GpuVendor, RegisterGpu } from '@gpushield/contracts';
import type { Executor } from '../../platform/database/types.ts';
import type { CursorPosition } from '../../platform/http/cursor.ts';
import { createConditions } from './sql.ts';

export interface GpuRow {
  readonly id: string;
  readonly node_id: string;
  readonly vendor: GpuVendor;
  readonly model: string;
  readonly device_id: string;
  readonly uuid: string;
  readonly memory_total: number;
  readonly compute_capability: string | null;
  readonly driver_version: string | null;
  readonly vbios_version: string | null;
  readonly created_at: Date;
  readonly updated_at: Date;
}

export const presentGpu = (row: GpuRow): Gpu => ({
  id: row.id,
  node_id: row.node_id,
  vendor: row.vendor,
  model: row.model,
  device_id: row.device_id,
  uuid: row.uuid,
  memory_total: row.memory_total,
  compute_capability: row.compute_capability,
  driver_version: row.driver_version,
  vbios_version: row.vbios_version,
  created_at: row.created_at.toISOString(),
  updated_at: row.updated_at.toISOString(),
});

export const findGpu = async (db: Executor, id: string): Promise<GpuRow | undefined> => {
  const { rows } = await db.query<GpuRow>('SELECT * FROM gpus WHERE id = $1', [id]);
  return rows[0];
};

const optional = ['compute_capability', 'driver_version', 'vbios_version'] as const;

/** Inserts the GPU unless its UUID is known; answers undefined then. */
export const insertGpu = async (
  db: Executor,
  id: string,
  nodeId: string,
  body: RegisterGpu,
): Promise<GpuRow | undefined> => {
  const { rows } = await db.query<GpuRow>(
    `INSERT INTO gpus (id, node_id, vendor, model, device_id, uuid, memory_total, ${optional.join(', ')})
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     ON CONFLICT (uuid) DO NOTHING RETURNING *`,
    [
      id,
      nodeId,
      body.vendor,
      body.model,
      body.device_id,
      body.uuid,
      body.memory_total,
      ...optional.map((column) => body[column] ?? null),
    ],
  );
  return rows[0];
};

/** Locks the row, so that a move is decided on what will still hold. */
export const lockGpuByUuid = async (db: Executor, uuid: string): Promise<GpuRow | undefined> => {
  const { rows } = await db.query<GpuRow>('SELECT * FROM gpus WHERE uuid = $1 FOR UPDATE', [uuid]);
  return rows[0];
};

/** What `body` leaves out stays as it is. */
export const updateGpu = async (
  db: Executor,
  id: string,
  nodeId: string,
  body: RegisterGpu,
): Promise<GpuRow> => {
  const given = optional.filter((column) => body[column] !== undefined);
  const { rows } = await db.query<GpuRow>(
    `UPDATE gpus SET node_id = $2, vendor = $3, model = $4, device_id = $5, memory_total = $6, updated_at = now()
       ${given.map((column, index) => `, ${column} = $${index + 7}`).join('')}
     WHERE id = $1 RETURNING *`,
    [
      id,
      nodeId,
      body.vendor,
      body.model,
      body.device_id,
      body.memory_total,
      ...given.map((column) => body[column] ?? null),
    ],
  );
  const row = rows[0];
  if (row === undefined) throw new Error(`GPU ${id} vanished while it was locked`);
  return row;
};

export const deleteGpu = async (db: Executor, id: string): Promise<boolean> => {
  const { rowCount } = await db.query('DELETE FROM gpus WHERE id = $1', [id]);
  return rowCount > 0;
};

export interface GpuFilter {
  readonly node_id?: string | undefined;
  readonly vendor?: GpuVendor | undefined;
}

/** Newest first, keyset by (created_at, id). */
export const listGpus = async (
  db: Executor,
  filter: GpuFilter,
  limit: number,
  after: CursorPosition | undefined,
): Promise<readonly GpuRow[]> => {
  const where = createConditions();
  if (filter.node_id !== undefined) where.add((at) => `node_id = ${at}`, filter.node_id);
  if (filter.vendor !== undefined) where.add((at) => `vendor = ${at}`, filter.vendor);
  where.after('created_at', 'id', after);
  const { rows } = await db.query<GpuRow>(
    `SELECT * FROM gpus ${where.sql()} ORDER BY created_at DESC, id DESC LIMIT ${where.bind(limit)}`,
    where.values(),
  );
  return rows;
};

// No host carries more devices; the bound keeps what is asked for each of them small.
const maxGpusOfNode = 256;

/** The ids of a node's GPUs, at most 256. */
export const gpuIdsOfNode = async (db: Executor, nodeId: string): Promise<readonly string[]> => {
  const { rows } = await db.query<{ id: string }>(
    'SELECT id FROM gpus WHERE node_id = $1 ORDER BY id LIMIT $2',
    [nodeId, maxGpusOfNode],
  );
  return rows.map((row) => row.id);
};

export const gpusByIds = async (db: Executor, ids: readonly string[]): Promise<readonly GpuRow[]> =>
  (await db.query<GpuRow>('SELECT * FROM gpus WHERE id = ANY ($1::uuid[])', [ids])).rows;

/** Of each node at most 256, in the order of their ids. */
export const gpusOfNodes = async (db: Executor, nodeIds: readonly string[]): Promise<readonly GpuRow[]> =>
  (
    await db.query<GpuRow>(
      `SELECT of_node.* FROM unnest($1::uuid[]) AS wanted (node_id)
       CROSS JOIN LATERAL (SELECT * FROM gpus WHERE gpus.node_id = wanted.node_id ORDER BY id LIMIT $2) AS of_node`,
      [nodeIds, maxGpusOfNode],
    )
  ).rows;
