import type { Executor } from '../../platform/database/types.ts';
import type { CursorPosition } from '../../platform/http/cursor.ts';
import type { UserRow } from './user-store.ts';

const columns =
  'id, username, kind, description, email, roles, disabled, created_at, updated_at, last_login_at';

export const findServiceAccount = async (db: Executor, id: string): Promise<UserRow | undefined> =>
  (await db.query<UserRow>(`SELECT ${columns} FROM users WHERE id = $1 AND kind = 'service'`, [id])).rows[0];

/** The account, locked until the transaction ends. */
export const lockServiceAccount = async (tx: Executor, id: string): Promise<UserRow | undefined> =>
  (
    await tx.query<UserRow>(
      `SELECT ${columns} FROM users WHERE id = $1 AND kind = 'service' FOR NO KEY UPDATE`,
      [id],
    )
  ).rows[0];

/** Newest first. */
export const listServiceAccounts = async (
  db: Executor,
  limit: number,
  after: CursorPosition | undefined,
): Promise<readonly UserRow[]> => {
  const { rows } = await db.query<UserRow>(
    `SELECT ${columns} FROM users
      WHERE kind = 'service' AND ($2::timestamptz IS NULL OR (created_at, id) < ($2::timestamptz, $3::uuid))
      ORDER BY created_at DESC, id DESC LIMIT $1`,
    [limit, after?.sort ?? null, after?.id ?? null],
  );
  return rows;
};

/** Changes what is given. Disabling ends everything that the account asks with, by the trigger of migration 0010. */
export const updateServiceAccount = async (
  tx: Executor,
  id: string,
  changes: { readonly description?: string | undefined; readonly disabled?: boolean | undefined },
  at: Date,
): Promise<UserRow | undefined> => {
  const { rows } = await tx.query<UserRow>(
    `UPDATE users
        SET description = coalesce($2, description), disabled = coalesce($3::boolean, disabled), updated_at = $4
      WHERE id = $1 AND kind = 'service' RETURNING ${columns}`,
    [id, changes.description ?? null, changes.disabled ?? null, at],
  );
  return rows[0];
};
