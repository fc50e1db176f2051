import type { DiskActionName } from '@gpushield/contracts';
import type { Executor } from '../../platform/database/types.ts';

export interface DiskRow {
  readonly id: string;
  readonly user_id: string;
  readonly username: string;
  readonly name: string;
  readonly size_gb: number;
  /** Of a deleted disk: as it was. */
  readonly status: 'creating' | 'ready' | 'failed';
  readonly status_detail: string | null;
  readonly source_snapshot_id: string | null;
  readonly created_at: Date;
  readonly last_used_at: Date | null;
  readonly job_id: string | null;
  readonly deleted_at: Date | null;
  readonly purge_after: Date | null;
  /** Since when what it holds is being destroyed. */
  readonly purging_at: Date | null;
  readonly purged_at: Date | null;
}
export interface ShownDisk extends DiskRow {
  readonly snapshots: number;
  readonly backing_up: boolean;
}

const columns = `d.id, d.user_id, d.username, d.name, d.size_gb, d.status, d.status_detail, d.source_snapshot_id,
  d.created_at, d.last_used_at, d.job_id, d.deleted_at, d.purge_after,
  d.purging_at, d.purged_at`;
const shown = `${columns},
  (SELECT count(*)::int FROM disk_snapshots s WHERE s.disk_id = d.id AND s.status = 'ready') AS snapshots,
  EXISTS (SELECT FROM disk_snapshots s WHERE s.disk_id = d.id AND s.status = 'creating') AS backing_up`;
/** Disks of one user, deleted ones included, that a list shows. */
const maxListed = 1000;

export const listDisks = async (db: Executor, userId: string): Promise<readonly ShownDisk[]> =>
  (
    await db.query<ShownDisk>(
      `SELECT ${shown} FROM disks d WHERE d.user_id = $1 AND d.purged_at IS NULL
        ORDER BY d.created_at DESC, d.id DESC LIMIT ${String(maxListed)}`,
      [userId],
    )
  ).rows;

/** The user's disk of this name: the one that lives, else the one that was deleted last. */
export const findDiskByName = async (
  db: Executor,
  userId: string,
  name: string,
): Promise<ShownDisk | undefined> =>
  (
    await db.query<ShownDisk>(
      `SELECT ${shown} FROM disks d WHERE d.user_id = $1 AND d.name = $2 AND d.purged_at IS NULL
        ORDER BY d.deleted_at DESC NULLS FIRST LIMIT 1`,
      [userId, name],
    )
  ).rows[0];

export const findDisk = async (db: Executor, id: string): Promise<DiskRow | undefined> =>
  (await db.query<DiskRow>(`SELECT ${columns} FROM disks d WHERE d.id = $1`, [id])).rows[0];

/** The living disk of this name, locked until the transaction ends. */
export const lockDisk = async (tx: Executor, userId: string, name: string): Promise<DiskRow | undefined> =>
  (
    await tx.query<DiskRow>(
      `SELECT ${columns} FROM disks d WHERE d.user_id = $1 AND d.name = $2 AND d.deleted_at IS NULL
        FOR NO KEY UPDATE`,
      [userId, name],
    )
  ).rows[0];

export const countDisks = async (db: Executor, userId: string): Promise<number> =>
  (
    await db.query<{ n: number }>(
      'SELECT count(*)::int AS n FROM disks WHERE user_id = $1 AND purged_at IS NULL',
      [userId],
    )
  ).rows[0]?.n ?? 0;

export interface NewDisk {
  readonly id: string;
  readonly userId: string;
  readonly username: string;
  readonly name: string;
  readonly sizeGb: number;
  readonly sourceSnapshotId: string | null;
  readonly at: Date;
}

/** False where the user has a living disk of this name. */
export const insertDisk = async (tx: Executor, disk: NewDisk): Promise<boolean> =>
  (
    await tx.query(
      `INSERT INTO disks (id, user_id, username, name, size_gb, status, source_snapshot_id, created_at)
       VALUES ($1, $2, $3, $4, $5, 'creating', $6, $7)
       ON CONFLICT (user_id, name) WHERE deleted_at IS NULL DO NOTHING`,
      [disk.id, disk.userId, disk.username, disk.name, disk.sizeGb, disk.sourceSnapshotId, disk.at],
    )
  ).rowCount === 1;

/**
 * Gives the disk to a job; false where another has it, or where it is being copied: a job would write into the copy.
 * Locked by a statement of its own, so that the one that decides sees what whoever held the lock has written.
 */
export const takeDisk = async (tx: Executor, id: string, jobId: string): Promise<boolean> => {
  await tx.query('SELECT FROM disks WHERE id = $1 FOR NO KEY UPDATE', [id]);
  const { rowCount } = await tx.query(
    `UPDATE disks SET job_id = $2
      WHERE id = $1 AND (job_id IS NULL OR job_id = $2) AND deleted_at IS NULL AND NOT EXISTS (
        SELECT FROM disk_snapshots s WHERE s.disk_id = disks.id AND s.status = 'creating')`,
    [id, jobId],
  );
  return rowCount === 1;
};

export const giveDiskBack = async (
  tx: Executor,
  id: string,
  jobId: string,
  usedAt: Date | null,
): Promise<void> => {
  await tx.query(
    'UPDATE disks SET job_id = NULL, last_used_at = coalesce($3, last_used_at) WHERE id = $1 AND job_id = $2',
    [id, jobId, usedAt],
  );
};

export const setDiskStatus = async (
  tx: Executor,
  id: string,
  status: 'ready' | 'failed',
  detail: string | null,
): Promise<void> => {
  await tx.query('UPDATE disks SET status = $2, status_detail = $3 WHERE id = $1', [id, status, detail]);
};

/** False where the new name is taken. */
export const renameDisk = async (tx: Executor, id: string, name: string): Promise<boolean> =>
  (
    await tx.query(
      `UPDATE disks SET name = $2 WHERE id = $1 AND NOT EXISTS (
         SELECT FROM disks o WHERE o.user_id = disks.user_id AND o.name = $2 AND o.deleted_at IS NULL AND o.id <> $1)`,
      [id, name],
    )
  ).rowCount === 1;

export const softDelete = async (tx: Executor, id: string, at: Date, purgeAfter: Date): Promise<void> => {
  await tx.query('UPDATE disks SET deleted_at = $2, purge_after = $3 WHERE id = $1 AND deleted_at IS NULL', [
    id,
    at,
    purgeAfter,
  ]);
};

/** Undoes a deletion; false where its time is over, or where a living disk has the name by now. */
export const undelete = async (tx: Executor, id: string, now: Date): Promise<boolean> =>
  (
    await tx.query(
      `UPDATE disks SET deleted_at = NULL, purge_after = NULL
        WHERE id = $1 AND deleted_at IS NOT NULL AND purge_after > $2 AND purging_at IS NULL AND NOT EXISTS (
         SELECT FROM disks o WHERE o.user_id = disks.user_id AND o.name = disks.name AND o.deleted_at IS NULL)`,
      [id, now],
    )
  ).rowCount === 1;

/** Marks disks whose time to be had back is over: from here on nobody gets them back. Answers all that are marked. */
export const takePurgeable = async (db: Executor, now: Date, limit: number): Promise<readonly DiskRow[]> =>
  (
    await db.query<DiskRow>(
      `UPDATE disks d SET purging_at = coalesce(d.purging_at, $1)
        WHERE d.id IN (
          SELECT id FROM disks WHERE deleted_at IS NOT NULL AND purged_at IS NULL AND purge_after <= $1
           ORDER BY purge_after LIMIT $2 FOR UPDATE SKIP LOCKED)
       RETURNING ${columns}`,
      [now, limit],
    )
  ).rows;

export const notePurged = async (db: Executor, id: string, at: Date): Promise<void> => {
  await db.query('UPDATE disks SET purged_at = $2 WHERE id = $1', [id, at]);
};

export interface OperationRow {
  readonly id: string;
  readonly disk_id: string;
  readonly disk_name: string;
  readonly user_id: string;
  readonly action: DiskActionName;
  readonly status: 'pending' | 'running' | 'completed' | 'failed';
  readonly error: string | null;
  readonly attempts: number;
  readonly created_at: Date;
  readonly updated_at: Date;
}
const operationColumns =
  'id, disk_id, disk_name, user_id, action, status, error, attempts, created_at, updated_at';

export const insertOperation = async (
  tx: Executor,
  operation: {
    readonly id: string;
    readonly diskId: string;
    readonly diskName: string;
    readonly userId: string;
    readonly action: DiskActionName;
    readonly status: 'pending' | 'completed';
    readonly at: Date;
  },
): Promise<void> => {
  await tx.query(
    `INSERT INTO disk_operations (id, disk_id, disk_name, user_id, action, status, created_at, updated_at, due_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $7)`,
    [
      operation.id,
      operation.diskId,
      operation.diskName,
      operation.userId,
      operation.action,
      operation.status,
      operation.at,
    ],
  );
};

export const findOperation = async (db: Executor, id: string): Promise<OperationRow | undefined> =>
  (await db.query<OperationRow>(`SELECT ${operationColumns} FROM disk_operations WHERE id = $1`, [id]))
    .rows[0];

export const updateOperation = async (
  db: Executor,
  id: string,
  change: {
    readonly status: OperationRow['status'];
    readonly error: string | null;
    readonly at: Date;
    readonly dueAt: Date;
  },
): Promise<void> => {
  await db.query(
    `UPDATE disk_operations SET status = $2, error = $3, attempts = attempts + 1, updated_at = $4, due_at = $5
      WHERE id = $1 AND status IN ('pending', 'running')`,
    [id, change.status, change.error, change.at, change.dueAt],
  );
};

/** Operations whose next step is due; their next look is put off. */
export const takeDueOperations = async (
  tx: Executor,
  now: Date,
  nextLook: Date,
  limit: number,
): Promise<readonly string[]> =>
  (
    await tx.query<{ id: string }>(
      `UPDATE disk_operations SET due_at = $2 WHERE id IN (
         SELECT id FROM disk_operations WHERE status IN ('pending', 'running') AND due_at <= $1
          ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED)
       RETURNING id`,
      [now, nextLook, limit],
    )
  ).rows.map(({ id }) => id);

export const diskNames = async (
  db: Executor,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> => {
  if (ids.length === 0) return new Map();
  const { rows } = await db.query<{ id: string; name: string }>(
    'SELECT id, name FROM disks WHERE id = ANY ($1)',
    [ids],
  );
  return new Map(rows.map(({ id, name }) => [id, name]));
};
