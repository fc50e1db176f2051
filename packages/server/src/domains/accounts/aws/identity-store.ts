import type { Executor } from '../../../platform/database/types.ts';
import type { AwsIdentity } from './caller-identity.ts';

export interface AwsUser {
  readonly id: string;
  readonly number: string;
  readonly username: string;
  readonly disabled: boolean;
}

/** False where the signature was used before, on whichever replica. */
export const takeSignature = async (
  db: Executor,
  signature: string,
  now: Date,
  until: Date,
): Promise<boolean> => {
  await db.query(
    `DELETE FROM aws_login_signatures WHERE signature IN (
       SELECT signature FROM aws_login_signatures WHERE expires_at < $1 LIMIT 100)`,
    [now],
  );
  const { rowCount } = await db.query(
    'INSERT INTO aws_login_signatures (signature, expires_at) VALUES ($1, $2) ON CONFLICT DO NOTHING',
    [Buffer.from(signature, 'hex'), until],
  );
  return rowCount === 1;
};

export const findAwsUser = async (
  tx: Executor,
  identity: AwsIdentity,
  at: Date,
): Promise<AwsUser | undefined> =>
  (
    await tx.query<AwsUser>(
      `UPDATE aws_identities i SET last_login_at = $5 FROM users u
        WHERE u.id = i.user_id AND i.partition = $1 AND i.account_id = $2 AND i.role_id = $3 AND i.session_name = $4
       RETURNING u.id, u.number::text, u.username, u.disabled`,
      [identity.partition, identity.accountId, identity.roleId, identity.session, at],
    )
  ).rows[0];

export const linkAwsUser = async (
  tx: Executor,
  identity: AwsIdentity,
  userId: string,
  at: Date,
): Promise<void> => {
  await tx.query(
    `INSERT INTO aws_identities (partition, account_id, role_id, session_name, user_id, created_at, last_login_at)
     VALUES ($1, $2, $3, $4, $5, $6, $6)`,
    [identity.partition, identity.accountId, identity.roleId, identity.session, userId, at],
  );
};

/** Whether AWS vouches for this user: an AWS login made them. */
export const isAwsUser = async (tx: Executor, userId: string): Promise<boolean> =>
  (await tx.query('SELECT 1 FROM aws_identities WHERE user_id = $1 LIMIT 1', [userId])).rowCount === 1;

export const userNumber = async (tx: Executor, userId: string): Promise<number> =>
  Number(
    (await tx.query<{ number: string }>('SELECT number::text FROM users WHERE id = $1', [userId])).rows[0]
      ?.number,
  );
