import type { Executor, Tx } from '../../platform/database/types.ts';
import type { CursorPosition } from '../../platform/http/cursor.ts';
import type { SilenceRecord } from './silence.ts';

const columns = `id, sources, severities::text[] AS severities, node_ids AS "nodeIds", gpu_ids AS "gpuIds",
  fingerprint_prefix AS "fingerprintPrefix", reason, starts_at AS "startsAt", ends_at AS "endsAt",
  created_by AS "createdBy", created_at AS "createdAt", ended_by AS "endedBy"`;

/** Silences that have not ended. Each is matched against every alert that is shown or told. */
export const maxSilences = 200;

/** Those that are active now, at most `maxSilences`. */
export const activeSilences = async (db: Executor, now: Date): Promise<readonly SilenceRecord[]> =>
  (
    await db.prepared<SilenceRecord>(
      'active silences',
      `SELECT ${columns} FROM alert_silences WHERE ends_at > $1 AND starts_at <= $1 ORDER BY ends_at LIMIT $2`,
      [now, maxSilences],
    )
  ).rows;

/** Locks out other writers of silences, so that the count holds until the transaction ends. */
export const countUnended = async (tx: Tx, now: Date): Promise<number> => {
  await tx.query('LOCK TABLE alert_silences IN SHARE ROW EXCLUSIVE MODE');
  const { rows } = await tx.query<{ n: number }>(
    'SELECT count(*)::integer AS n FROM alert_silences WHERE ends_at > $1',
    [now],
  );
  return rows[0]?.n ?? 0;
};

export const insertSilence = async (tx: Tx, silence: SilenceRecord): Promise<void> => {
  await tx.query(
    `INSERT INTO alert_silences (id, sources, severities, node_ids, gpu_ids, fingerprint_prefix, reason, starts_at,
       ends_at, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      silence.id,
      silence.sources,
      silence.severities,
      silence.nodeIds,
      silence.gpuIds,
      silence.fingerprintPrefix,
      silence.reason,
      silence.startsAt,
      silence.endsAt,
      silence.createdBy,
      silence.createdAt,
    ],
  );
};

export const findSilence = async (db: Executor, id: string): Promise<SilenceRecord | undefined> =>
  (await db.query<SilenceRecord>(`SELECT ${columns} FROM alert_silences WHERE id = $1`, [id])).rows[0];

/** Ends it now, or before it began; undefined where there is none that has not ended. */
export const endSilence = async (
  tx: Tx,
  id: string,
  by: string,
  now: Date,
): Promise<SilenceRecord | undefined> =>
  (
    await tx.query<SilenceRecord>(
      `UPDATE alert_silences SET ends_at = $2, starts_at = LEAST(starts_at, $2), ended_by = $3
       WHERE id = $1 AND ends_at > $2 RETURNING ${columns}`,
      [id, now, by],
    )
  ).rows[0];

export const listSilences = async (
  db: Executor,
  { unendedAt, limit, after }: { unendedAt: Date | null; limit: number; after: CursorPosition | undefined },
): Promise<readonly SilenceRecord[]> =>
  (
    await db.query<SilenceRecord>(
      `SELECT ${columns} FROM alert_silences
       WHERE ($1::timestamptz IS NULL OR ends_at > $1)
         AND ($2::timestamptz IS NULL OR (created_at, id) < ($2, $3::uuid))
       ORDER BY created_at DESC, id DESC LIMIT $4`,
      [
        unendedAt,
        after === undefined ? null : new Date(Number(after.sort)),
        after === undefined ? null : after.id,
        limit,
      ],
    )
  ).rows;
