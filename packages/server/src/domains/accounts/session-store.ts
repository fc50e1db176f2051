import type { Executor } from '../../platform/database/types.ts';
import type { CursorPosition } from '../../platform/http/cursor.ts';

export interface SessionRow {
  readonly id: string;
  readonly created_at: Date;
  readonly refreshed_at: Date;
  readonly expires_at: Date;
  readonly ip_address: string | null;
  readonly user_agent: string | null;
}

export interface NewSession {
  readonly id: string;
  readonly userId: string;
  readonly at: Date;
  readonly expiresAt: Date;
  readonly ipAddress: string;
  readonly userAgent: string | null;
}

// The column's limit; what a browser sends is shorter.
const maxUserAgentLength = 256;

export const insertSession = async (tx: Executor, session: NewSession): Promise<void> => {
  const userAgent = session.userAgent?.slice(0, maxUserAgentLength) ?? null;
  await tx.query(
    `INSERT INTO sessions (id, user_id, created_at, refreshed_at, expires_at, ip_address, user_agent)
     VALUES ($1, $2, $3, $3, $4, $5, $6)`,
    [session.id, session.userId, session.at, session.expiresAt, session.ipAddress, userAgent],
  );
};

/** Ends a user's oldest sessions beyond the `kept` newest. */
export const revokeOldestSessions = async (
  tx: Executor,
  userId: string,
  kept: number,
  at: Date,
): Promise<void> => {
  await tx.query(
    `UPDATE sessions SET revoked_at = $3
      WHERE id IN (SELECT id FROM sessions WHERE user_id = $1 AND revoked_at IS NULL
                    ORDER BY created_at DESC, id DESC OFFSET $2)`,
    [userId, kept, at],
  );
};

export const insertRefreshToken = async (
  tx: Executor,
  hash: Buffer,
  sessionId: string,
  at: Date,
): Promise<void> => {
  await tx.query('INSERT INTO refresh_tokens (token_hash, session_id, created_at) VALUES ($1, $2, $3)', [
    hash,
    sessionId,
    at,
  ]);
};

/** A refresh token with its session and user. */
export interface RefreshRow {
  readonly session_id: string;
  readonly user_id: string;
  readonly username: string;
  readonly disabled: boolean;
  readonly used: boolean;
  readonly revoked: boolean;
  readonly expires_at: Date;
}

export const findRefreshToken = async (db: Executor, hash: Buffer): Promise<RefreshRow | undefined> => {
  const { rows } = await db.query<RefreshRow>(
    `SELECT t.session_id, s.user_id, u.username, u.disabled, t.used_at IS NOT NULL AS used,
            s.revoked_at IS NOT NULL AS revoked, s.expires_at
       FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id JOIN users u ON u.id = s.user_id
      WHERE t.token_hash = $1`,
    [hash],
  );
  return rows[0];
};

/** Uses a refresh token up. False when somebody else did: of several at once, one wins. */
export const useRefreshToken = async (tx: Executor, hash: Buffer, at: Date): Promise<boolean> => {
  const { rowCount } = await tx.query(
    'UPDATE refresh_tokens SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL',
    [hash, at],
  );
  return rowCount === 1;
};

/** False when the session ended meanwhile. */
export const touchSession = async (tx: Executor, id: string, at: Date): Promise<boolean> => {
  const { rowCount } = await tx.query(
    'UPDATE sessions SET refreshed_at = $2 WHERE id = $1 AND revoked_at IS NULL AND expires_at > $2',
    [id, at],
  );
  return rowCount === 1;
};

/** Ends one session; of `userId` only, where that is given. False when there was none to end. */
export const revokeSession = async (
  tx: Executor,
  id: string,
  at: Date,
  userId?: string,
): Promise<boolean> => {
  const { rowCount } = await tx.query(
    `UPDATE sessions SET revoked_at = $2
      WHERE id = $1 AND revoked_at IS NULL AND ($3::uuid IS NULL OR user_id = $3)`,
    [id, at, userId ?? null],
  );
  return rowCount === 1;
};

/** Ends all sessions of a user, but for `exceptId`. */
export const revokeSessionsOf = async (
  tx: Executor,
  userId: string,
  at: Date,
  exceptId?: string,
): Promise<void> => {
  await tx.query(
    `UPDATE sessions SET revoked_at = $2
      WHERE user_id = $1 AND revoked_at IS NULL AND id IS DISTINCT FROM $3::uuid`,
    [userId, at, exceptId ?? null],
  );
};

/** A user's open sessions, newest first. */
export const listSessions = async (
  db: Executor,
  userId: string,
  now: Date,
  limit: number,
  after: CursorPosition | undefined,
): Promise<readonly SessionRow[]> => {
  const { rows } = await db.query<SessionRow>(
    `SELECT id, created_at, refreshed_at, expires_at, ip_address, user_agent FROM sessions
      WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > $2
        AND ($4::timestamptz IS NULL OR (created_at, id) < ($4::timestamptz, $5::uuid))
      ORDER BY created_at DESC, id DESC LIMIT $3`,
    [userId, now, limit, after?.sort ?? null, after?.id ?? null],
  );
  return rows;
};

/** Removes up to `limit` sessions that ended before `before`, with their refresh tokens. Answers how many. */
export const deleteEndedSessions = async (db: Executor, before: Date, limit: number): Promise<number> => {
  const { rowCount } = await db.query(
    `DELETE FROM sessions WHERE id IN
       (SELECT id FROM sessions WHERE expires_at < $1 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED)`,
    [before, limit],
  );
  return rowCount;
};
