import type { Role } from '@gpushield/contracts';
import type { Executor } from '../../platform/database/types.ts';
import type { CursorPosition } from '../../platform/http/cursor.ts';
import { toRoles } from '../../platform/identity/index.ts';

/** A user as the database has it, without the password. */
export interface UserRow {
  readonly id: string;
  readonly username: string;
  readonly kind: 'person' | 'service';
  readonly description: string;
  readonly email: string | null;
  readonly roles: readonly string[];
  readonly disabled: boolean;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly last_login_at: Date | null;
}

/** What a login compares; `password_version` says whether the password was changed since it was read. */
export interface PasswordRow extends UserRow {
  readonly password_hash: string | null;
  readonly password_version: number;
}

const columns =
  'id, username, kind, description, email, roles, disabled, created_at, updated_at, last_login_at';

export const rolesOf = (user: UserRow): readonly Role[] => toRoles(user.roles);

export const findUser = async (db: Executor, id: string): Promise<UserRow | undefined> =>
  (await db.query<UserRow>(`SELECT ${columns} FROM users WHERE id = $1`, [id])).rows[0];

export const findUserByName = async (db: Executor, username: string): Promise<UserRow | undefined> =>
  (await db.query<UserRow>(`SELECT ${columns} FROM users WHERE lower(username) = lower($1)`, [username]))
    .rows[0];

export const findPassword = async (
  db: Executor,
  by: { readonly username: string } | { readonly id: string },
) => {
  const [where, value] = 'id' in by ? ['id = $1', by.id] : ['lower(username) = lower($1)', by.username];
  const sql = `SELECT ${columns}, password_hash, password_version FROM users WHERE ${where}`;
  return (await db.query<PasswordRow>(sql, [value])).rows[0];
};

/** The user, locked until the transaction ends. */
export const lockUser = async (tx: Executor, id: string): Promise<UserRow | undefined> =>
  (await tx.query<UserRow>(`SELECT ${columns} FROM users WHERE id = $1 FOR NO KEY UPDATE`, [id])).rows[0];

/** Newest first. */
export const listUsers = async (
  db: Executor,
  limit: number,
  after: CursorPosition | undefined,
): Promise<readonly UserRow[]> => {
  const { rows } = await db.query<UserRow>(
    `SELECT ${columns} FROM users
      WHERE $2::timestamptz IS NULL OR (created_at, id) < ($2::timestamptz, $3::uuid)
      ORDER BY created_at DESC, id DESC LIMIT $1`,
    [limit, after?.sort ?? null, after?.id ?? null],
  );
  return rows;
};

export interface NewUser {
  readonly id: string;
  readonly username: string;
  readonly email: string | null;
  /** Null: a service account. */
  readonly passwordHash: string | null;
  readonly roles: readonly Role[];
  readonly description?: string;
  readonly at: Date;
}

/** Undefined when the name is taken, in whatever case. */
export const insertUser = async (db: Executor, user: NewUser): Promise<UserRow | undefined> => {
  const { rows } = await db.query<UserRow>(
    `INSERT INTO users (id, username, kind, description, email, password_hash, roles, created_at, updated_at)
     VALUES ($1, $2, CASE WHEN $4::text IS NULL THEN 'service' ELSE 'person' END, $7, $3, $4, $5, $6, $6)
     ON CONFLICT (lower(username)) DO NOTHING
     RETURNING ${columns}`,
    [user.id, user.username, user.email, user.passwordHash, user.roles, user.at, user.description ?? ''],
  );
  return rows[0];
};

export interface UserChanges {
  readonly email?: string | null | undefined;
  readonly roles?: readonly Role[] | undefined;
  readonly disabled?: boolean | undefined;
  readonly passwordHash?: string | undefined;
}

/** Changes what is given. The trigger of migration 0010 tells every replica of roles, disabled and password. */
export const updateUser = async (
  tx: Executor,
  id: string,
  changes: UserChanges,
  at: Date,
): Promise<UserRow | undefined> => {
  const { email, roles, disabled, passwordHash } = changes;
  const { rows } = await tx.query<UserRow>(
    `UPDATE users
        SET email = CASE WHEN $2 THEN $3 ELSE email END,
            roles = coalesce($4::text[], roles),
            disabled = coalesce($5::boolean, disabled),
            password_hash = coalesce($6, password_hash),
            password_version = password_version + CASE WHEN $6::text IS NULL THEN 0 ELSE 1 END,
            updated_at = $7
      WHERE id = $1
      RETURNING ${columns}`,
    [id, email !== undefined, email ?? null, roles ?? null, disabled ?? null, passwordHash ?? null, at],
  );
  return rows[0];
};

/**
 * Whether an active admin other than `id` remains. Locks the active admins, so that two who demote each other at once
 * take turns, and the second sees what the first did.
 */
export const anotherAdminRemains = async (tx: Executor, id: string): Promise<boolean> => {
  const { rows } = await tx.query<{ id: string }>(
    `SELECT id FROM users WHERE 'admin' = ANY (roles) AND NOT disabled ORDER BY id FOR NO KEY UPDATE`,
  );
  return rows.some((row) => row.id !== id);
};

/**
 * Notes a login. False when the user was disabled, or the password changed, since it was verified. The row's lock also
 * makes a concurrent disabling wait, so that it finds and revokes the session of this login.
 */
export const noteLogin = async (
  tx: Executor,
  login: {
    readonly userId: string;
    readonly passwordVersion: number;
    readonly rehashed: string | undefined;
    readonly at: Date;
  },
): Promise<boolean> => {
  const { rowCount } = await tx.query(
    `UPDATE users SET last_login_at = $4, password_hash = coalesce($3, password_hash)
      WHERE id = $1 AND password_version = $2 AND NOT disabled`,
    [login.userId, login.passwordVersion, login.rehashed ?? null, login.at],
  );
  return rowCount === 1;
};

/** False when the password was changed by someone else since it was read. */
export const changePassword = async (
  tx: Executor,
  change: {
    readonly userId: string;
    readonly passwordVersion: number;
    readonly passwordHash: string;
    readonly at: Date;
  },
): Promise<boolean> => {
  const { rowCount } = await tx.query(
    `UPDATE users SET password_hash = $3, password_version = password_version + 1, updated_at = $4
      WHERE id = $1 AND password_version = $2 AND NOT disabled`,
    [change.userId, change.passwordVersion, change.passwordHash, change.at],
  );
  return rowCount === 1;
};
