import type { Scope } from '@gpushield/contracts';
import type { Executor } from '../../platform/database/types.ts';

export interface NewClientToken {
  readonly id: string;
  readonly secretId: string;
  readonly userId: string;
  readonly scopes: readonly Scope[];
  readonly at: Date;
  readonly expiresAt: Date;
}

/**
 * Notes a token. False when its secret or its account ended meanwhile: the locks make a revocation at the same time
 * wait, so that it finds this token and ends it too.
 */
export const insertClientToken = async (tx: Executor, token: NewClientToken): Promise<boolean> => {
  const { rowCount } = await tx.query(
    `WITH good AS (
       SELECT s.id FROM client_secrets s JOIN users u ON u.id = s.user_id
        WHERE s.id = $2 AND s.revoked_at IS NULL AND NOT u.disabled
          FOR NO KEY UPDATE OF s)
     , used AS (UPDATE client_secrets SET last_used_at = $5 WHERE id IN (SELECT id FROM good))
     INSERT INTO client_tokens (id, secret_id, user_id, scopes, created_at, expires_at)
     SELECT $1, good.id, $3, $4, $5, $6 FROM good`,
    [token.id, token.secretId, token.userId, token.scopes, token.at, token.expiresAt],
  );
  return rowCount === 1;
};

/** Ends one token of this account; false when it has none such. */
export const revokeClientToken = async (
  tx: Executor,
  id: string,
  userId: string,
  at: Date,
): Promise<boolean> => {
  const { rowCount } = await tx.query(
    'UPDATE client_tokens SET revoked_at = coalesce(revoked_at, $3) WHERE id = $1 AND user_id = $2',
    [id, userId, at],
  );
  return rowCount === 1;
};

/** Removes up to `limit` tokens that ended before `before`. Answers how many. */
export const deleteEndedTokens = async (db: Executor, before: Date, limit: number): Promise<number> => {
  const { rowCount } = await db.query(
    `DELETE FROM client_tokens WHERE id IN
       (SELECT id FROM client_tokens WHERE expires_at < $1 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED)`,
    [before, limit],
  );
  return rowCount;
};
