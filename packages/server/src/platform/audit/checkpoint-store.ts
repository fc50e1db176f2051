import type { Executor } from '../database/types.ts';
import type { Checkpoint, CheckpointHead } from './checkpoint.ts';

interface CheckpointRow {
  readonly number: number;
  readonly occurred_at: Date;
  readonly entries: number;
  readonly previous_hash: Buffer;
  readonly hash: Buffer;
  readonly key_id: string;
  readonly signature: Buffer;
}

interface HeadRow {
  readonly number: number;
  readonly kind: 'head' | 'anchor';
  readonly writer_id: string;
  readonly sequence: number;
  readonly hash: Buffer;
}

const columns = 'number, occurred_at, entries, previous_hash, hash, key_id, signature';

const withHeads = async (db: Executor, rows: readonly CheckpointRow[]): Promise<readonly Checkpoint[]> => {
  const { rows: found } = await db.query<HeadRow>(
    `SELECT number, kind, writer_id, sequence, hash FROM audit_checkpoint_heads WHERE number = ANY($1::bigint[])
     ORDER BY number, kind, writer_id::text`,
    [rows.map(({ number }) => number)],
  );
  const heads = Map.groupBy(found, ({ number }) => number);
  return rows.map((row) => ({
    number: row.number,
    occurredAtMs: row.occurred_at.getTime(),
    entries: row.entries,
    previousHash: row.previous_hash,
    heads: (heads.get(row.number) ?? []).map(({ kind, writer_id, sequence, hash }) => ({
      kind,
      writerId: writer_id,
      sequence,
      hash,
    })),
    hash: row.hash,
    keyId: row.key_id,
    signature: row.signature,
  }));
};

/** The checkpoints behind number `after`, oldest first. */
export const readCheckpoints = async (
  db: Executor,
  after: number,
  limit: number,
): Promise<readonly Checkpoint[]> => {
  const { rows } = await db.query<CheckpointRow>(
    `SELECT ${columns} FROM audit_checkpoints WHERE number > $1 ORDER BY number LIMIT $2`,
    [after, limit],
  );
  return withHeads(db, rows);
};

/** The checkpoints before number `before`, newest first. */
export const readNewestCheckpoints = async (
  db: Executor,
  before: number | undefined,
  limit: number,
): Promise<readonly Checkpoint[]> => {
  const { rows } = await db.query<CheckpointRow>(
    `SELECT ${columns} FROM audit_checkpoints WHERE $1::bigint IS NULL OR number < $1 ORDER BY number DESC LIMIT $2`,
    [before ?? null, limit],
  );
  return withHeads(db, rows);
};

/** The last checkpoint's place in its chain. */
export const readLastCheckpoint = async (
  db: Executor,
): Promise<{ number: number; hash: Buffer; entries: number; occurredAtMs: number } | undefined> => {
  const { rows } = await db.query<Pick<CheckpointRow, 'number' | 'hash' | 'entries' | 'occurred_at'>>(
    'SELECT number, hash, entries, occurred_at FROM audit_checkpoints ORDER BY number DESC LIMIT 1',
  );
  const last = rows[0];
  return (
    last && {
      number: last.number,
      hash: last.hash,
      entries: last.entries,
      occurredAtMs: last.occurred_at.getTime(),
    }
  );
};

const headColumn = <T>(heads: readonly CheckpointHead[], read: (head: CheckpointHead) => T): T[] =>
  heads.map(read);

/** Stores a checkpoint, in the caller's transaction. */
export const insertCheckpoint = async (db: Executor, checkpoint: Checkpoint): Promise<void> => {
  const { number, heads } = checkpoint;
  await db.query(`INSERT INTO audit_checkpoints (${columns}) VALUES ($1, $2, $3, $4, $5, $6, $7)`, [
    number,
    new Date(checkpoint.occurredAtMs),
    checkpoint.entries,
    checkpoint.previousHash,
    checkpoint.hash,
    checkpoint.keyId,
    checkpoint.signature,
  ]);
  await db.query(
    `INSERT INTO audit_checkpoint_heads (number, kind, writer_id, sequence, hash)
     SELECT $1, kind, writer_id, sequence, decode(hash, 'hex')
     FROM unnest($2::text[], $3::uuid[], $4::bigint[], $5::text[]) AS head (kind, writer_id, sequence, hash)`,
    [
      number,
      headColumn(heads, ({ kind }) => kind),
      headColumn(heads, ({ writerId }) => writerId),
      headColumn(heads, ({ sequence }) => sequence),
      headColumn(heads, ({ hash }) => hash.toString('hex')),
    ],
  );
};
