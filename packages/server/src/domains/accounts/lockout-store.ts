import type { Executor } from '../../platform/database/types.ts';

/** What is known of one name at one address. */
export interface Attempts {
  /** Whether the name's user has logged in from there. */
  readonly known: boolean;
  readonly failures: number;
  readonly lastFailedAtMs: number;
}

const attemptsOfPair = `
  SELECT EXISTS (SELECT 1 FROM login_addresses a JOIN users u ON u.id = a.user_id
                  WHERE lower(u.username) = lower($1) AND a.address = $3 AND a.last_login_at > $4) AS known,
         f.failures, f.changed_at
    FROM (SELECT) AS one LEFT JOIN login_failures f ON f.name_hash = $2 AND f.address = $3`;

export const findAttempts = async (
  db: Executor,
  username: string,
  name: Buffer,
  address: string,
  knownSince: Date,
): Promise<Attempts> => {
  const { rows } = await db.prepared<{
    known: boolean;
    failures: number | null;
    changed_at: Date | null;
  }>('login-attempts', attemptsOfPair, [username, name, address, knownSince]);
  const row = rows[0];
  return {
    known: row?.known ?? false,
    failures: row?.failures ?? 0,
    lastFailedAtMs: row?.changed_at?.getTime() ?? 0,
  };
};

export const chargeFailure = async (
  db: Executor,
  name: Buffer,
  address: string,
  at: Date,
  forgetMs: number,
): Promise<void> => {
  await db.query(
    `INSERT INTO login_failures AS f (name_hash, address, failures, changed_at) VALUES ($1, $2, 1, $3)
     ON CONFLICT (name_hash, address) DO UPDATE
        SET failures = CASE WHEN f.changed_at < $4 THEN 1 ELSE f.failures + 1 END, changed_at = $3`,
    [name, address, at, new Date(at.getTime() - forgetMs)],
  );
};

// What is used up flows back with time: a leaky bucket. A clock that was set back makes nothing flow.
const used =
  'greatest(0, p.failures - 1000 * greatest(0, extract(epoch FROM ($2::timestamptz - p.changed_at))) / $3)';

/** Takes one from the allowance that all strange addresses share; false when there is none left. */
export const chargeStrangers = async (
  db: Executor,
  name: Buffer,
  policy: { readonly strangerAttempts: number; readonly strangerRefillMs: number },
  at: Date,
): Promise<boolean> => {
  const { rowCount } = await db.query(
    `INSERT INTO login_failures AS p (name_hash, address, failures, changed_at) VALUES ($1, '*', 1, $2)
     ON CONFLICT (name_hash, address) DO UPDATE
        SET failures = ${used} + 1, changed_at = greatest(p.changed_at, $2::timestamptz)
      WHERE ${used} + 1 <= $4`,
    [name, at, policy.strangerRefillMs, policy.strangerAttempts],
  );
  return rowCount === 1;
};

export const refundStrangers = async (db: Executor, name: Buffer): Promise<void> => {
  await db.query(
    `UPDATE login_failures SET failures = greatest(0, failures - 1) WHERE name_hash = $1 AND address = '*'`,
    [name],
  );
};

export const forgetFailures = async (tx: Executor, name: Buffer, address: string): Promise<void> => {
  await tx.query('DELETE FROM login_failures WHERE name_hash = $1 AND address = $2', [name, address]);
};

/** A person's homes, offices and telephones; beyond it, what was used longest ago counts as strange again. */
const maxAddressesPerUser = 50;

export const noteLoginAddress = async (
  tx: Executor,
  userId: string,
  address: string,
  at: Date,
): Promise<void> => {
  await tx.query(
    `INSERT INTO login_addresses (user_id, address, last_login_at) VALUES ($1, $2, $3)
     ON CONFLICT (user_id, address) DO UPDATE SET last_login_at = excluded.last_login_at`,
    [userId, address, at],
  );
  await tx.query(
    `DELETE FROM login_addresses WHERE (user_id, address) IN
       (SELECT user_id, address FROM login_addresses WHERE user_id = $1
         ORDER BY last_login_at DESC, address OFFSET $2)`,
    [userId, maxAddressesPerUser],
  );
};

/** Removes up to `limit` failures that nothing asks for any more. Answers how many. */
export const deleteOldFailures = async (db: Executor, before: Date, limit: number): Promise<number> => {
  const { rowCount } = await db.query(
    `DELETE FROM login_failures WHERE (name_hash, address) IN
       (SELECT name_hash, address FROM login_failures WHERE changed_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)`,
    [before, limit],
  );
  return rowCount;
};

export const deleteOldAddresses = async (db: Executor, before: Date, limit: number): Promise<number> => {
  const { rowCount } = await db.query(
    `DELETE FROM login_addresses WHERE (user_id, address) IN
       (SELECT user_id, address FROM login_addresses WHERE last_login_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)`,
    [before, limit],
  );
  return rowCount;
};
