import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import type { Executor, Tx } from '../../../platform/database/types.ts';
import type { CursorPosition } from '../../../platform/http/cursor.ts';
import type { ChunkPosition, ChunkRecord } from '../events/read-chunks.ts';
import type { BaselineJson } from './baseline-model.ts';

const pack = promisify(zstdCompress);
const unpack = promisify(zstdDecompress);
const maxModelBytes = 64 * 1024 * 1024;

export interface BaselineRecord {
  readonly id: string;
  readonly workload: string;
  readonly status: 'learning' | 'frozen';
  readonly version: number;
  readonly sequences: number;
  readonly syscalls: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

const columns = `id, workload, status, version, sequences, syscalls, created_at AS "createdAt", updated_at AS "updatedAt"`;

/** Where learning came to, locked; undefined while another replica learns. */
export const lockPosition = async (tx: Tx): Promise<ChunkPosition | undefined> =>
  (
    await tx.query<ChunkPosition>(
      'SELECT received_at AS "receivedAt", chunk_id AS id FROM behaviour_position FOR UPDATE SKIP LOCKED',
    )
  ).rows[0];

export const savePosition = async (tx: Tx, { receivedAt, id }: ChunkPosition): Promise<void> => {
  await tx.query('UPDATE behaviour_position SET received_at = $1, chunk_id = $2', [receivedAt, id]);
};

export const chunksBehind = async (
  tx: Tx,
  at: ChunkPosition,
  limit: number,
): Promise<readonly ChunkRecord[]> => {
  const { rows } = await tx.query<ChunkRecord>(
    `SELECT received_at AS "receivedAt", id, agent_id AS "agentId", accepted, body FROM syscall_chunks
      WHERE received_at >= $1 AND (received_at, id) > ($1, $2::uuid) ORDER BY received_at, id LIMIT $3`,
    [at.receivedAt, at.id, limit],
  );
  return rows;
};

/** Of these processes: their workload, and whether something is held against them. */
export const workloadsOf = async (
  tx: Tx,
  processIds: readonly string[],
  suspectRisk: number,
): Promise<ReadonlyMap<string, { readonly workload: string | null; readonly suspect: boolean }>> => {
  const { rows } = await tx.query<{ id: string; workload: string | null; suspect: boolean }>(
    `SELECT process_id AS id, coalesce(image, command) AS workload, alert_id IS NOT NULL OR risk >= $2 AS suspect
       FROM processes WHERE process_id = ANY($1)`,
    [processIds, suspectRisk],
  );
  return new Map(rows.map(({ id, workload, suspect }) => [id, { workload, suspect }]));
};

export const findBaselines = async (
  db: Executor,
  workloads: readonly string[],
): Promise<readonly BaselineRecord[]> =>
  (
    await db.query<BaselineRecord>(`SELECT ${columns} FROM behaviour_baselines WHERE workload = ANY($1)`, [
      workloads,
    ])
  ).rows;

export const findBaseline = async (db: Executor, id: string): Promise<BaselineRecord | undefined> =>
  (await db.query<BaselineRecord>(`SELECT ${columns} FROM behaviour_baselines WHERE id = $1`, [id])).rows[0];

export const listBaselines = async (
  db: Executor,
  limit: number,
  after: CursorPosition | undefined,
): Promise<readonly BaselineRecord[]> => {
  const { rows } = await db.query<BaselineRecord>(
    `SELECT ${columns} FROM behaviour_baselines
      WHERE ($1::timestamptz IS NULL OR (created_at, id) < ($1, $2::uuid))
      ORDER BY created_at DESC, id DESC LIMIT $3`,
    [after === undefined ? null : new Date(Number(after.sort)), after?.id ?? null, limit],
  );
  return rows;
};

export const readModel = async (db: Executor, id: string): Promise<BaselineJson | undefined> => {
  const { rows } = await db.query<{ model: Buffer }>('SELECT model FROM behaviour_baselines WHERE id = $1', [
    id,
  ]);
  const [row] = rows;
  if (row === undefined) return undefined;
  const text = (await unpack(row.model, { maxOutputLength: maxModelBytes })).toString('utf8');
  return JSON.parse(text) as BaselineJson;
};

export interface SavedModel {
  readonly id: string;
  readonly workload: string;
  readonly version: number;
  readonly sequences: number;
  readonly syscalls: number;
  readonly json: BaselineJson;
}

/** Writes what was learned; a baseline that was frozen or deleted meanwhile stays as it is. */
export const saveModel = async (tx: Tx, saved: SavedModel, now: Date): Promise<void> => {
  const model = await pack(Buffer.from(JSON.stringify(saved.json)));
  await tx.query(
    `INSERT INTO behaviour_baselines AS b (id, workload, status, version, sequences, syscalls, model, created_at, updated_at)
     VALUES ($1, $2, 'learning', $3, $4, $5, $6, $7, $7)
     ON CONFLICT (workload) DO UPDATE SET version = excluded.version, sequences = excluded.sequences,
       syscalls = excluded.syscalls, model = excluded.model, updated_at = excluded.updated_at
      WHERE b.status = 'learning' AND b.version = excluded.version - 1`,
    [saved.id, saved.workload, saved.version, saved.sequences, saved.syscalls, model, now],
  );
};

export const setBaselineStatus = async (
  tx: Tx,
  id: string,
  status: BaselineRecord['status'],
  now: Date,
): Promise<boolean> =>
  (
    await tx.query(
      'UPDATE behaviour_baselines SET status = $2, version = version + 1, updated_at = $3 WHERE id = $1',
      [id, status, now],
    )
  ).rowCount > 0;

export const deleteBaseline = async (tx: Tx, id: string): Promise<boolean> =>
  (await tx.query('DELETE FROM behaviour_baselines WHERE id = $1', [id])).rowCount > 0;

/** Keeps the number of baselines bounded: those that learned nothing for longest go. */
export const pruneBaselines = async (tx: Tx, keep: number): Promise<void> => {
  await tx.query(
    `DELETE FROM behaviour_baselines WHERE id IN (
       SELECT id FROM behaviour_baselines WHERE status = 'learning' ORDER BY updated_at DESC OFFSET $1)`,
    [keep],
  );
};
