import { randomUUID } from 'node:crypto';
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Role } from '@gpushield/contracts';
import type { Clock } from '../../platform/clock.ts';
import type { Database, Tx } from '../../platform/database/types.ts';
import { AppError } from '../../platform/errors.ts';
import { hashBytesOf } from '../../platform/identity/index.ts';
import { bootstrapLock } from './ensure-admin.ts';
import { makeKey } from './make-key.ts';
import { findUserByName, insertUser, rolesOf, type UserRow } from './user-store.ts';

export interface ServiceKeyOptions {
  readonly db: Database;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly randomBytes: (size: number) => Buffer;
  /** The service's username, such as `local-sensor`. */
  readonly name: string;
  readonly role: Role;
  readonly description?: string;
  /** The key that the service has, if it has one. */
  readonly currentKey?: string | undefined;
}

/** `apiKey` is present when a new key was made, this once. */
export type ServiceKeyOutcome =
  | { readonly created: false; readonly userId: string }
  | { readonly created: true; readonly userId: string; readonly apiKey: string };

/** The service's user: without a password, so that it cannot log in. Errors: `conflict`, `user_disabled`. */
const serviceUser = async (tx: Tx, options: ServiceKeyOptions): Promise<UserRow> => {
  const { name, role, newId, clock } = options;
  const at = new Date(clock.nowMs());
  const user =
    (await insertUser(tx, {
      id: newId(),
      username: name,
      email: null,
      passwordHash: null,
      roles: [role],
      at,
    })) ?? (await findUserByName(tx, name));
  if (user === undefined) throw new Error(`The user ${name} vanished`);
  if (user.disabled) throw new AppError('user_disabled', { detail: `The user ${name} is disabled` });
  if (!rolesOf(user).includes(role)) {
    throw new AppError('conflict', { detail: `The user ${name} exists without the role ${role}` });
  }
  return user;
};

const stillWorks = async (tx: Tx, key: string, userId: string, now: Date): Promise<boolean> => {
  const { rowCount } = await tx.query(
    `SELECT 1 FROM api_keys WHERE key_hash = $1 AND user_id = $2 AND revoked_at IS NULL
        AND (expires_at IS NULL OR expires_at > $3)`,
    [hashBytesOf(key), userId, now],
  );
  return rowCount > 0;
};

/**
 * Sees to it that a service has a user and a key that never expires. Keys of other machines' services are left alone.
 * Errors: `user_disabled`, `conflict` when the name belongs to a user of another role.
 */
export const ensureServiceKey = (options: ServiceKeyOptions): Promise<ServiceKeyOutcome> =>
  options.db.transaction(async (tx) => {
    await tx.query('SELECT pg_advisory_xact_lock($1)', [bootstrapLock]);
    const { id: userId } = await serviceUser(tx, options);
    const atMs = options.clock.nowMs();
    const { currentKey } = options;
    if (currentKey !== undefined && (await stillWorks(tx, currentKey, userId, new Date(atMs)))) {
      return { created: false, userId };
    }
    const description = options.description ?? `Made at the start for ${options.name}`;
    const key = await makeKey(options, tx, { userId, description, scopes: null, atMs, expiresAtMs: null });
    return { created: true, userId, apiKey: key.api_key };
  });

const privateFileMode = 0o600;
const privateFolderMode = 0o700;

const readKey = async (file: string): Promise<string | undefined> => {
  try {
    const key = (await readFile(file, 'utf8')).trim();
    return key === '' ? undefined : key;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
};

/** Like `ensureServiceKey`, with the key kept in `file`, mode 0600; written whole or not at all. Errors: the file's. */
export const ensureServiceKeyFile = async (
  options: Omit<ServiceKeyOptions, 'currentKey'> & { readonly file: string },
): Promise<{ readonly created: boolean; readonly userId: string }> => {
  const { file } = options;
  const outcome = await ensureServiceKey({ ...options, currentKey: await readKey(file) });
  if (outcome.created) {
    await mkdir(dirname(file), { recursive: true, mode: privateFolderMode });
    const draft = `${file}.${randomUUID()}`;
    await writeFile(draft, `${outcome.apiKey}\n`, { mode: privateFileMode, flag: 'wx' });
    await rename(draft, file);
  } else {
    await chmod(file, privateFileMode);
  }
  return { created: outcome.created, userId: outcome.userId };
};
