import type { Executor } from '../database/types.ts';

export interface KnownKey {
  readonly keyId: string;
  readonly canary: string;
  readonly retiredAt: Date | null;
}

/** Remembers a key by its canary, unless it is known; several replicas may do so at once. */
export const rememberKey = async (db: Executor, keyId: string, canary: string, now: Date): Promise<void> => {
  await db.query(
    'INSERT INTO sealing_keys (key_id, canary, first_used_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
    [keyId, canary, now],
  );
};

/** Keys that a database has seen: an operator rotates a few times a year. */
const knownKeysMax = 1000;

export const knownKeys = async (db: Executor): Promise<readonly KnownKey[]> => {
  const { rows } = await db.query<{ keyId: string; canary: string; retiredAt: Date | null }>(
    `SELECT key_id AS "keyId", canary, retired_at AS "retiredAt" FROM sealing_keys
     ORDER BY first_used_at DESC LIMIT $1`,
    [knownKeysMax],
  );
  return rows;
};

/** Says since when nothing is sealed with the key; null when something may be. */
export const setRetired = async (db: Executor, keyId: string, retiredAt: Date | null): Promise<void> => {
  await db.query('UPDATE sealing_keys SET retired_at = $2 WHERE key_id = $1', [keyId, retiredAt]);
};

/** How far one column is. Counts are of the latest walk under this key, and go on over restarts. */
export interface PlaceProgress {
  readonly place: string;
  readonly lastId: string | null;
  readonly scanned: number;
  readonly resealed: number;
  /** Values that did not open. They stay as they are. */
  readonly failed: number;
  readonly finishedAt: Date | null;
}

interface ProgressRow {
  readonly place: string;
  readonly lastId: string | null;
  readonly scanned: string;
  readonly resealed: string;
  readonly failed: string;
  readonly finishedAt: Date | null;
}

export const readProgress = async (db: Executor, keyId: string): Promise<readonly PlaceProgress[]> => {
  const { rows } = await db.query<ProgressRow>(
    `SELECT place, last_id AS "lastId", scanned, resealed, failed, finished_at AS "finishedAt"
     FROM sealing_progress WHERE key_id = $1 ORDER BY place`,
    [keyId],
  );
  return rows.map((row) => ({
    ...row,
    scanned: Number(row.scanned),
    resealed: Number(row.resealed),
    failed: Number(row.failed),
  }));
};

export const writeProgress = async (
  db: Executor,
  keyId: string,
  { place, lastId, scanned, resealed, failed, finishedAt }: PlaceProgress,
  now: Date,
): Promise<void> => {
  await db.query(
    `INSERT INTO sealing_progress (key_id, place, last_id, scanned, resealed, failed, finished_at, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
     ON CONFLICT (key_id, place) DO UPDATE SET last_id = excluded.last_id, scanned = excluded.scanned,
       resealed = excluded.resealed, failed = excluded.failed, finished_at = excluded.finished_at,
       updated_at = excluded.updated_at`,
    [keyId, place, lastId, scanned, resealed, failed, finishedAt, now],
  );
};
