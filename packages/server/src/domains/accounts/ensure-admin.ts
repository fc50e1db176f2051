import type { Clock } from '../../platform/clock.ts';
import type { Database, Executor } from '../../platform/database/types.ts';
import type { Argon2Pool } from '../../platform/identity/index.ts';
import { requireStrong } from './require-strong.ts';
import { insertUser } from './user-store.ts';

export interface EnsureAdminOptions {
  readonly db: Database;
  readonly argon2: Argon2Pool;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly randomBytes: (size: number) => Buffer;
  /** GPUSHIELD_ADMIN_PASSWORD; without it one is made. */
  readonly password?: string | undefined;
}

export interface AdminOutcome {
  readonly created: boolean;
  readonly username: 'admin';
  /** Present when this call made the password: show it once. */
  readonly generatedPassword?: string;
}

const username = 'admin';
/** 144 bits, 24 characters. */
const generatedPasswordBytes = 18;

/** Any number: replicas that start at once take turns by it. */
export const bootstrapLock = 7_203_114;

const adminExists = async (db: Executor): Promise<boolean> =>
  (await db.query(`SELECT 1 FROM users WHERE 'admin' = ANY (roles) LIMIT 1`)).rowCount > 0;

/**
 * Makes the first administrator, where there is none; of several replicas that start at once, one does. Errors:
 * `weak_password` for a given password that is one; `Error` when the name is taken by a user who is no administrator.
 */
export const ensureAdmin = async (options: EnsureAdminOptions): Promise<AdminOutcome> => {
  const { db, argon2, clock, newId, randomBytes, password } = options;
  const nothingDone: AdminOutcome = { created: false, username };
  if (await adminExists(db)) return nothingDone;
  if (password !== undefined) await requireStrong(password, username);
  const chosen = password ?? randomBytes(generatedPasswordBytes).toString('base64url');
  // Hashed before the lock is taken: it takes a while, and another replica may wait.
  const passwordHash = await argon2.hash(chosen);
  const created = await db.transaction(async (tx) => {
    await tx.query('SELECT pg_advisory_xact_lock($1)', [bootstrapLock]);
    if (await adminExists(tx)) return false;
    const at = new Date(clock.nowMs());
    const user = await insertUser(tx, {
      id: newId(),
      username,
      email: null,
      passwordHash,
      roles: ['admin'],
      at,
    });
    if (user === undefined)
      throw new Error('A user "admin" exists who is no administrator, and nobody else is one');
    return true;
  });
  if (!created) return nothingDone;
  return password === undefined ? { created, username, generatedPassword: chosen } : { created, username };
};
