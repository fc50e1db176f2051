import type { Executor } from '../database/types.ts';
import type { ChainHead } from './entry.ts';

/** A chain with entries that a reader has not had yet. */
export interface PendingChain extends ChainHead {
  /** The last sequence that the reader has had; 0 for none. */
  readonly position: number;
}

interface PendingRow {
  readonly writer_id: string;
  readonly sequence: number;
  readonly hash: Buffer;
  readonly position: number;
}

/**
 * The chains whose end lies behind the reader's position, oldest writers first. The list of chains is walked through
 * the primary key, from each writer to the next: two look-ups a chain, however many entries it has.
 */
export const readPendingChains = async (
  db: Executor,
  sink: string,
  limit: number,
): Promise<readonly PendingChain[]> => {
  const { rows } = await db.query<PendingRow>(
    `WITH RECURSIVE chain (writer_id) AS (
       (SELECT writer_id FROM audit_entries ORDER BY writer_id LIMIT 1)
       UNION ALL
       SELECT (SELECT writer_id FROM audit_entries WHERE writer_id > chain.writer_id ORDER BY writer_id LIMIT 1)
       FROM chain WHERE chain.writer_id IS NOT NULL
     )
     SELECT chain.writer_id, last.sequence, last.hash, COALESCE(had.sequence, 0) AS position
     FROM chain
     CROSS JOIN LATERAL (SELECT sequence, hash FROM audit_entries entry WHERE entry.writer_id = chain.writer_id
                         ORDER BY sequence DESC LIMIT 1) last
     LEFT JOIN audit_sink_positions had ON had.sink = $1 AND had.writer_id = chain.writer_id
     WHERE last.sequence > COALESCE(had.sequence, 0)
     ORDER BY chain.writer_id LIMIT $2`,
    [sink, limit],
  );
  return rows.map((row) => ({
    writerId: row.writer_id,
    sequence: row.sequence,
    hash: row.hash,
    position: row.position,
  }));
};

/** Notes how far a reader has come; a position never goes back. */
export const savePositions = async (
  db: Executor,
  sink: string,
  positions: readonly { readonly writerId: string; readonly sequence: number }[],
  nowMs: number,
): Promise<void> => {
  await db.query(
    `INSERT INTO audit_sink_positions (sink, writer_id, sequence, updated_at)
     SELECT $1, writer_id, sequence, $4 FROM unnest($2::uuid[], $3::bigint[]) AS had (writer_id, sequence)
     ON CONFLICT (sink, writer_id) DO UPDATE SET sequence = EXCLUDED.sequence, updated_at = EXCLUDED.updated_at
     WHERE audit_sink_positions.sequence < EXCLUDED.sequence`,
    [
      sink,
      positions.map(({ writerId }) => writerId),
      positions.map(({ sequence }) => sequence),
      new Date(nowMs),
    ],
  );
};

/** The writer id under which a sink's place among the checkpoints is kept. */
export const checkpointsAsWriter = '00000000-0000-0000-0000-000000000000';

/** The last sequence of one chain that the reader has had; 0 for none. */
export const readPosition = async (db: Executor, sink: string, writerId: string): Promise<number> => {
  const { rows } = await db.query<{ sequence: number }>(
    'SELECT sequence FROM audit_sink_positions WHERE sink = $1 AND writer_id = $2',
    [sink, writerId],
  );
  return rows[0]?.sequence ?? 0;
};

/**
 * Takes or renews the right to serve a sink; false while another replica has it. Time is the database's, so that
 * replicas need not agree on theirs.
 */
export const holdLease = async (
  db: Executor,
  lease: { readonly sink: string; readonly holder: string; readonly ttlMs: number },
): Promise<boolean> => {
  const { rowCount } = await db.query(
    `INSERT INTO audit_sink_leases AS lease (sink, holder, expires_at)
     VALUES ($1, $2, now() + $3 * interval '1 millisecond')
     ON CONFLICT (sink) DO UPDATE SET holder = EXCLUDED.holder, expires_at = EXCLUDED.expires_at
     WHERE lease.holder = EXCLUDED.holder OR lease.expires_at < now()`,
    [lease.sink, lease.holder, lease.ttlMs],
  );
  return rowCount === 1;
};

/** Gives the right back, so that another replica need not wait for its end. */
export const dropLease = async (db: Executor, sink: string, holder: string): Promise<void> => {
  await db.query('DELETE FROM audit_sink_leases WHERE sink = $1 AND holder = $2', [sink, holder]);
};
