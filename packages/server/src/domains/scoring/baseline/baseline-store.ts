import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import type { Executor, Tx } from '../../../platform/database/types.ts';
import type { CursorPosition } from '../../../platform/http/cursor.ts';
import type { ChunkPosition, ChunkRecord } from '../events/read-chunks.ts';
import type { BaselineJson } from './baseline-model.ts';

const pack = promisify(zstdCompress);
const unpack = promisify(zstdDecompress);
const maxModelBytes = 64 * 1024 * 1024;
const packModel = (json: BaselineJson): Promise<Buffer> => pack(Buffer.from(JSON.stringify(json)));

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

/** The first of a baseline; false where the workload has one meanwhile. */
export const insertModel = async (tx: Tx, saved: SavedModel, now: Date): Promise<boolean> => {
  const { rowCount } = await tx.query(
    `INSERT INTO behaviour_baselines (id, workload, status, version, sequences, syscalls, model, created_at, updated_at)
     VALUES ($1, $2, 'learning', $3, $4, $5, $6, $7, $7) ON CONFLICT (workload) DO NOTHING`,
    [
      saved.id,
      saved.workload,
      saved.version,
      saved.sequences,
      saved.syscalls,
      await packModel(saved.json),
      now,
    ],
  );
  return rowCount > 0;
};

/** What was learned more; false where the baseline was frozen or deleted meanwhile: then it stays so. */
export const updateModel = async (tx: Tx, saved: SavedModel, now: Date): Promise<boolean> => {
  const { rowCount } = await tx.query(
    `UPDATE behaviour_baselines SET version = $2, sequences = $3, syscalls = $4, model = $5, updated_at = $6
      WHERE id = $1 AND version = $2 - 1 AND status = 'learning'`,
    [saved.id, saved.version, saved.sequences, saved.syscalls, await packModel(saved.json), now],
  );
  return rowCount > 0;
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
