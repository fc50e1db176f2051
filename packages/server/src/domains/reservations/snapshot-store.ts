import type { Executor } from '../../platform/database/types.ts';

export interface SnapshotRow {
  readonly id: string;
  readonly disk_id: string;
  readonly job_id: string | null;
  readonly status: 'creating' | 'ready' | 'failed' | 'deleting';
  readonly size_bytes: string | null;
  readonly content: string | null;
  readonly created_at: Date;
}
const columns = 'id, disk_id, job_id, status, size_bytes, created_at';

/** Snapshots of a disk that are kept, and for how long. */
const keptSnapshots = 3;
const snapshotDays = 7;
const maxListed = 100;

/** The snapshot of the end of this job; made once. */
export const beginSnapshot = async (
  db: Executor,
  snapshot: {
    readonly id: string;
    readonly diskId: string;
    readonly jobId: string | null;
    readonly at: Date;
  },
): Promise<SnapshotRow | undefined> => {
  await db.query(
    `INSERT INTO disk_snapshots (id, disk_id, job_id, status, created_at) VALUES ($1, $2, $3, 'creating', $4)
     ON CONFLICT (disk_id, job_id) WHERE job_id IS NOT NULL DO NOTHING`,
    [snapshot.id, snapshot.diskId, snapshot.jobId, snapshot.at],
  );
  const { rows } = await db.query<SnapshotRow>(
    `SELECT ${columns} FROM disk_snapshots
      WHERE disk_id = $1 AND ($2::uuid IS NULL AND id = $3 OR job_id = $2) LIMIT 1`,
    [snapshot.diskId, snapshot.jobId, snapshot.id],
  );
  return rows[0];
};

export const finishSnapshot = async (
  db: Executor,
  id: string,
  end: {
    readonly status: 'ready' | 'failed';
    readonly detail: string | null;
    readonly sizeBytes: number | null;
    readonly content: string | null;
    readonly at: Date;
  },
): Promise<void> => {
  await db.query(
    `UPDATE disk_snapshots SET status = $2, status_detail = $3, size_bytes = $4, content = $5, ready_at = $6
      WHERE id = $1 AND status = 'creating'`,
    [id, end.status, end.detail, end.sizeBytes, end.content?.replaceAll('\0', '') ?? null, end.at],
  );
};

export const findSnapshot = async (db: Executor, id: string): Promise<SnapshotRow | undefined> =>
  (await db.query<SnapshotRow>(`SELECT ${columns} FROM disk_snapshots WHERE id = $1`, [id])).rows[0];

export const listSnapshots = async (db: Executor, diskId: string): Promise<readonly SnapshotRow[]> =>
  (
    await db.query<SnapshotRow>(
      `SELECT ${columns} FROM disk_snapshots WHERE disk_id = $1 AND status <> 'deleting'
        ORDER BY created_at DESC, id DESC LIMIT ${String(maxListed)}`,
      [diskId],
    )
  ).rows;

/** The newest one that can be read, with its listing. */
export const newestContent = async (db: Executor, diskId: string): Promise<SnapshotRow | undefined> =>
  (
    await db.query<SnapshotRow>(
      `SELECT ${columns}, content FROM disk_snapshots WHERE disk_id = $1 AND status = 'ready'
        ORDER BY created_at DESC, id DESC LIMIT 1`,
      [diskId],
    )
  ).rows[0];

/**
 * Marks what is kept no longer, and answers all that is marked: beyond the newest three of a disk, or a week old, the
 * newest excepted; of disks that are to be destroyed, all. Snapshots that a disk is being made from are spared.
 */
export const takeOldSnapshots = async (
  db: Executor,
  now: Date,
  limit: number,
): Promise<readonly SnapshotRow[]> => {
  const cutoff = new Date(now.getTime() - snapshotDays * 24 * 3_600_000);
  const { rows } = await db.query<SnapshotRow>(
    `UPDATE disk_snapshots SET status = 'deleting' WHERE id IN (
       SELECT s.id FROM (
         SELECT id, disk_id, created_at, status,
                row_number() OVER (PARTITION BY disk_id ORDER BY created_at DESC, id DESC) AS place
           FROM disk_snapshots WHERE status IN ('ready', 'failed', 'deleting')) s
         JOIN disks d ON d.id = s.disk_id
        WHERE (s.status = 'deleting' OR s.place > ${String(keptSnapshots)} OR (s.created_at < $1 AND s.place > 1)
            OR d.purging_at IS NOT NULL)
          AND NOT EXISTS (
            SELECT FROM disks o WHERE o.source_snapshot_id = s.id AND o.status = 'creating' AND o.purging_at IS NULL)
        LIMIT $2)
     RETURNING ${columns}`,
    [cutoff, limit],
  );
  return rows;
};

export const forgetSnapshot = async (db: Executor, id: string): Promise<void> => {
  await db.query(`DELETE FROM disk_snapshots WHERE id = $1 AND status = 'deleting'`, [id]);
};

export const countSnapshots = async (db: Executor, diskId: string): Promise<number> =>
  (
    await db.query<{ n: number }>('SELECT count(*)::int AS n FROM disk_snapshots WHERE disk_id = $1', [
      diskId,
    ])
  ).rows[0]?.n ?? 0;
