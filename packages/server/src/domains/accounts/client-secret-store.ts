import type { Scope } from '@gpushield/contracts';
import type { Executor } from '../../platform/database/types.ts';
import type { CursorPosition } from '../../platform/http/cursor.ts';

/** A client's secret as the database has it. */
export interface ClientSecretRow {
  readonly id: string;
  readonly user_id: string;
  readonly secret_prefix: string;
  readonly description: string;
  readonly scopes: readonly string[] | null;
  readonly allowed_addresses: readonly string[] | null;
  readonly created_at: Date;
  readonly expires_at: Date | null;
  readonly last_used_at: Date | null;
  readonly revoked_at: Date | null;
}

const columns = `id, user_id, secret_prefix, description, scopes, allowed_addresses, created_at, expires_at,
  last_used_at, revoked_at`;

export interface NewClientSecret {
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

export const insertClientSecret = async (
  tx: Executor,
  secret: NewClientSecret,
): Promise<ClientSecretRow | undefined> => {
  const { rows } = await tx.query<ClientSecretRow>(
    `INSERT INTO client_secrets (id, user_id, secret_hash, secret_prefix, description, scopes, allowed_addresses,
       created_at, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING ${columns}`,
    [
      secret.id,
      secret.userId,
      secret.hash,
      secret.prefix,
      secret.description,
      secret.scopes,
      secret.allowedAddresses,
      secret.at,
      secret.expiresAt,
    ],
  );
  return rows[0];
};

/** A secret with its account: what decides about a client that shows it. */
export interface PresentedSecretRow extends ClientSecretRow {
  readonly username: string;
  readonly roles: readonly string[];
  readonly disabled: boolean;
}

export const findClientSecret = async (
  db: Executor,
  hash: Buffer,
): Promise<PresentedSecretRow | undefined> => {
  const { rows } = await db.query<PresentedSecretRow>(
    `SELECT s.*, u.username, u.roles, u.disabled FROM client_secrets s JOIN users u ON u.id = s.user_id
      WHERE s.secret_hash = $1`,
    [hash],
  );
  return rows[0];
};

export const countActiveSecrets = async (tx: Executor, userId: string, now: Date): Promise<number> => {
  const { rows } = await tx.query<{ active: number }>(
    `SELECT count(*)::int AS active FROM client_secrets
      WHERE user_id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)`,
    [userId, now],
  );
  return rows[0]?.active ?? 0;
};

/** One secret of an account, locked until the transaction ends. */
export const lockClientSecret = async (
  tx: Executor,
  userId: string,
  id: string,
): Promise<ClientSecretRow | undefined> =>
  (
    await tx.query<ClientSecretRow>(
      `SELECT ${columns} FROM client_secrets WHERE id = $1 AND user_id = $2 FOR NO KEY UPDATE`,
      [id, userId],
    )
  ).rows[0];

/** Newest first. */
export const listClientSecrets = async (
  db: Executor,
  userId: string,
  limit: number,
  after: CursorPosition | undefined,
): Promise<readonly ClientSecretRow[]> => {
  const { rows } = await db.query<ClientSecretRow>(
    `SELECT ${columns} FROM client_secrets
      WHERE user_id = $2 AND ($3::timestamptz IS NULL OR (created_at, id) < ($3::timestamptz, $4::uuid))
      ORDER BY created_at DESC, id DESC LIMIT $1`,
    [limit, userId, after?.sort ?? null, after?.id ?? null],
  );
  return rows;
};

/** Lets a secret work until `at`, and no longer than it would have. */
export const endClientSecret = async (tx: Executor, id: string, at: Date): Promise<void> => {
  await tx.query('UPDATE client_secrets SET expires_at = least(expires_at, $2::timestamptz) WHERE id = $1', [
    id,
    at,
  ]);
};

/** Ends a secret now, and with it every token that it was exchanged for. */
export const revokeClientSecret = async (tx: Executor, id: string, at: Date): Promise<void> => {
  await tx.query('UPDATE client_secrets SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL', [id, at]);
  await tx.query('UPDATE client_tokens SET revoked_at = $2 WHERE secret_id = $1 AND revoked_at IS NULL', [
    id,
    at,
  ]);
};

/** Removes up to `limit` secrets that ended before `before`, with their tokens. Answers how many. */
export const deleteEndedSecrets = async (db: Executor, before: Date, limit: number): Promise<number> => {
  const { rowCount } = await db.query(
    `DELETE FROM client_secrets WHERE id IN
       (SELECT id FROM client_secrets WHERE expires_at < $1 OR revoked_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)`,
    [before, limit],
  );
  return rowCount;
};
