import type { Scope } from '@gpushield/contracts';
import type { Executor } from '../../platform/database/types.ts';
import type { CursorPosition } from '../../platform/http/cursor.ts';

/** A key as the database has it, with its user's name. */
export interface KeyRow {
  readonly id: string;
  readonly user_id: string;
  readonly username: string;
  readonly key_prefix: string;
  readonly description: string;
  readonly scopes: readonly string[] | null;
  readonly allowed_addresses: readonly string[] | null;
  readonly created_at: Date;
  readonly expires_at: Date | null;
  readonly last_used_at: Date | null;
  readonly revoked_at: Date | null;
}

const columns = `k.id, k.user_id, u.username, k.key_prefix, k.description, k.scopes, k.allowed_addresses,
  k.created_at, k.expires_at, k.last_used_at, k.revoked_at`;

export interface NewKey {
  readonly id: string;
  readonly userId: string;
  readonly hash: Buffer;
  readonly prefix: string;
  readonly description: string;
  readonly scopes: readonly Scope[] | null;
  readonly allowedAddresses: readonly string[] | null;
  readonly at: Date;
  readonly expiresAt: Date | null;
}

export const insertKey = async (tx: Executor, key: NewKey): Promise<KeyRow | undefined> => {
  const { rows } = await tx.query<KeyRow>(
    `WITH k AS (
       INSERT INTO api_keys (id, user_id, key_hash, key_prefix, description, scopes, created_at, expires_at,
         allowed_addresses)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING *)
     SELECT ${columns} FROM k JOIN users u ON u.id = k.user_id`,
    [
      key.id,
      key.userId,
      key.hash,
      key.prefix,
      key.description,
      key.scopes,
      key.at,
      key.expiresAt,
      key.allowedAddresses,
    ],
  );
  return rows[0];
};

/** Keys of a user that still work. */
export const countActiveKeys = async (tx: Executor, userId: string, now: Date): Promise<number> => {
  const { rows } = await tx.query<{ active: number }>(
    `SELECT count(*)::int AS active FROM api_keys
      WHERE user_id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)`,
    [userId, now],
  );
  return rows[0]?.active ?? 0;
};

/** The key, locked until the transaction ends. */
export const lockKey = async (tx: Executor, id: string): Promise<KeyRow | undefined> =>
  (
    await tx.query<KeyRow>(
      `SELECT ${columns} FROM api_keys k JOIN users u ON u.id = k.user_id WHERE k.id = $1 FOR NO KEY UPDATE OF k`,
      [id],
    )
  ).rows[0];

/** Newest first; of one user, where `userId` is given. */
export const listKeys = async (
  db: Executor,
  userId: string | undefined,
  limit: number,
  after: CursorPosition | undefined,
): Promise<readonly KeyRow[]> => {
  const { rows } = await db.query<KeyRow>(
    `SELECT ${columns} FROM api_keys k JOIN users u ON u.id = k.user_id
      WHERE ($2::uuid IS NULL OR k.user_id = $2)
        AND ($3::timestamptz IS NULL OR (k.created_at, k.id) < ($3::timestamptz, $4::uuid))
      ORDER BY k.created_at DESC, k.id DESC LIMIT $1`,
    [limit, userId ?? null, after?.sort ?? null, after?.id ?? null],
  );
  return rows;
};

/** Ends a key. The trigger of migration 0010 tells every replica in the same transaction. */
export const revokeKey = async (tx: Executor, id: string, at: Date): Promise<void> => {
  await tx.query('UPDATE api_keys SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL', [id, at]);
};

/** Removes up to `limit` keys that ended before `before`. Answers how many. */
export const deleteEndedKeys = async (db: Executor, before: Date, limit: number): Promise<number> => {
  const { rowCount } = await db.query(
    `DELETE FROM api_keys WHERE id IN
       (SELECT id FROM api_keys WHERE expires_at < $1 OR revoked_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)`,
    [before, limit],
  );
  return rowCount;
};
