import type { Recalculation } from '@gpushield/contracts';
import type { Executor, Tx } from '../../../platform/database/types.ts';
import type { CursorPosition } from '../../../platform/http/cursor.ts';
import { scoredColumns, type ScoredProcess } from '../scores/score-store.ts';
import type { ChunkPosition, ChunkRecord } from '../events/read-chunks.ts';

export interface RecalculationRecord {
  readonly id: string;
  readonly epoch: number;
  readonly status: Recalculation['status'];
  readonly rulesVersion: string;
  readonly untilReceivedAt: Date;
  readonly untilChunkId: string;
  readonly chunksTotal: number;
  readonly chunksDone: number;
  readonly eventsDone: number;
  readonly processesDone: number;
  readonly atReceivedAt: Date | null;
  readonly atChunkId: string | null;
  readonly atProcessId: string | null;
  readonly startedBy: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly finishedAt: Date | null;
}

export const recalculationColumns = `id, epoch, status, rules_version AS "rulesVersion", until_received_at AS "untilReceivedAt",
  until_chunk_id AS "untilChunkId", chunks_total AS "chunksTotal", chunks_done AS "chunksDone",
  events_done AS "eventsDone", processes_done AS "processesDone", at_received_at AS "atReceivedAt",
  at_chunk_id AS "atChunkId", at_process_id AS "atProcessId", started_by AS "startedBy", created_at AS "createdAt",
  updated_at AS "updatedAt", finished_at AS "finishedAt"`;

export const findActive = async (db: Executor): Promise<RecalculationRecord | undefined> =>
  (
    await db.query<RecalculationRecord>(
      `SELECT ${recalculationColumns} FROM score_recalculations WHERE status IN ('reading', 'replacing')`,
    )
  ).rows[0];

/** The one under way, locked; undefined where there is none, or another replica works at it. */
export const lockActive = async (tx: Tx): Promise<RecalculationRecord | undefined> =>
  (
    await tx.query<RecalculationRecord>(
      `SELECT ${recalculationColumns} FROM score_recalculations WHERE status IN ('reading', 'replacing') FOR UPDATE SKIP LOCKED`,
    )
  ).rows[0];

export const findRecalculation = async (db: Executor, id: string): Promise<RecalculationRecord | undefined> =>
  (
    await db.query<RecalculationRecord>(
      `SELECT ${recalculationColumns} FROM score_recalculations WHERE id = $1`,
      [id],
    )
  ).rows[0];

export const listRecalculations = async (
  db: Executor,
  limit: number,
  after: CursorPosition | undefined,
): Promise<readonly RecalculationRecord[]> => {
  const { rows } = await db.query<RecalculationRecord>(
    `SELECT ${recalculationColumns} FROM score_recalculations
      WHERE ($1::timestamptz IS NULL OR (created_at, id) < ($1, $2::uuid))
      ORDER BY created_at DESC, id DESC LIMIT $3`,
    [after === undefined ? null : new Date(Number(after.sort)), after?.id ?? null, limit],
  );
  return rows;
};

/** The next chunks to read, oldest first. */
export const nextChunks = async (
  tx: Tx,
  { atReceivedAt, atChunkId, untilReceivedAt, untilChunkId }: RecalculationRecord,
  limit: number,
): Promise<readonly ChunkRecord[]> => {
  const { rows } = await tx.query<ChunkRecord>(
    `SELECT received_at AS "receivedAt", id, agent_id AS "agentId", accepted, body FROM syscall_chunks
      WHERE received_at <= $3 AND (received_at, id) <= ($3, $4::uuid)
        AND ($1::timestamptz IS NULL OR (received_at >= $1 AND (received_at, id) > ($1, $2::uuid)))
      ORDER BY received_at, id LIMIT $5`,
    [atReceivedAt, atChunkId, untilReceivedAt, untilChunkId, limit],
  );
  return rows;
};

/** The next processes with a score of before or a new one, locked. */
export const lockNextProcesses = async (
  tx: Tx,
  { atProcessId }: RecalculationRecord,
  limit: number,
): Promise<readonly ScoredProcess[]> => {
  const { rows } = await tx.query<ScoredProcess>(
    `SELECT ${scoredColumns} FROM processes
      WHERE process_id > $1 AND (score_state IS NOT NULL OR score_next IS NOT NULL)
      ORDER BY process_id LIMIT $2 FOR NO KEY UPDATE`,
    [atProcessId ?? '', limit],
  );
  return rows;
};

export const updateNext = async (
  tx: Tx,
  changes: readonly { readonly processId: string; readonly next: object }[],
): Promise<void> => {
  if (changes.length === 0) return;
  await tx.query(
    `UPDATE processes p SET score_next = g.next::json
       FROM json_to_recordset($1::json) AS g (id text, next text) WHERE p.process_id = g.id COLLATE "C"`,
    [JSON.stringify(changes.map(({ processId, next }) => ({ id: processId, next: JSON.stringify(next) })))],
  );
};

export interface Progress {
  readonly status: RecalculationRecord['status'];
  readonly chunks: number;
  readonly events: number;
  readonly processes: number;
  readonly at: ChunkPosition | undefined;
  readonly atProcessId: string | null;
  readonly now: Date;
}

export const saveProgress = async (tx: Tx, id: string, progress: Progress): Promise<void> => {
  await tx.query(
    `UPDATE score_recalculations SET status = $2::text, chunks_done = chunks_done + $3, events_done = events_done + $4,
       processes_done = processes_done + $5, at_received_at = coalesce($6, at_received_at),
       at_chunk_id = coalesce($7, at_chunk_id), at_process_id = coalesce($8, at_process_id), updated_at = $9,
       finished_at = CASE WHEN $2 = 'succeeded' THEN $9::timestamptz END
      WHERE id = $1`,
    [
      id,
      progress.status,
      progress.chunks,
      progress.events,
      progress.processes,
      progress.at?.receivedAt ?? null,
      progress.at?.id ?? null,
      progress.atProcessId,
      progress.now,
    ],
  );
};
