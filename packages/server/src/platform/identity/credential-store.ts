import { scopes as allScopes, type Role, type Scope } from '@gpushield/contracts';
import type { Executor } from '../database/types.ts';
import { scopesOfKey, scopesOfRoles, toRoles } from './effective-scopes.ts';
import { toNetworks, type Network } from './networks.ts';

/** The state of one credential and its user, as the database has it. */
export interface CredentialState {
  readonly id: string;
  readonly userId: string;
  readonly username: string;
  readonly roles: readonly Role[];
  readonly scopes: ReadonlySet<Scope>;
  readonly userDisabled: boolean;
  readonly revoked: boolean;
  readonly expiresAtMs: number | null;
  /** Networks from which alone it works; undefined: from everywhere. */
  readonly allowed?: { readonly texts: readonly string[]; readonly networks: readonly Network[] };
}

export interface CredentialRow {
  readonly id: string;
  readonly user_id: string;
  readonly username: string;
  readonly roles: readonly string[];
  readonly disabled: boolean;
  readonly revoked: boolean;
  readonly expires_at: Date | null;
  readonly allowed_addresses?: readonly string[] | null;
}
interface KeyRow extends CredentialRow {
  readonly hash: string;
  readonly scopes: readonly string[] | null;
}

const knownScopes: ReadonlySet<string> = new Set(allScopes);
const isScope = (value: string): value is Scope => knownScopes.has(value);
export const toScopes = (values: readonly string[]): readonly Scope[] => values.filter(isScope);

export const toState = (row: CredentialRow, scopes: ReadonlySet<Scope>): CredentialState => ({
  id: row.id,
  userId: row.user_id,
  username: row.username,
  roles: toRoles(row.roles),
  scopes,
  userDisabled: row.disabled,
  revoked: row.revoked,
  expiresAtMs: row.expires_at?.getTime() ?? null,
  ...(row.allowed_addresses === undefined || row.allowed_addresses === null
    ? {}
    : { allowed: { texts: row.allowed_addresses, networks: toNetworks(row.allowed_addresses) } }),
});

const keysByHash = `
  SELECT encode(k.key_hash, 'hex') AS hash, k.id, k.user_id, k.scopes, k.expires_at, k.revoked_at IS NOT NULL AS revoked,
         k.allowed_addresses, u.username, u.roles, u.disabled
    FROM api_keys k JOIN users u ON u.id = k.user_id
   WHERE k.key_hash = ANY ($1::bytea[])`;

const stateOfKey = (row: KeyRow): CredentialState =>
  toState(row, scopesOfKey(toRoles(row.roles), row.scopes === null ? null : toScopes(row.scopes)));

/** The keys of these SHA-256 hashes (hex), in their order; undefined for those that no key has. */
export const findKeysByHash = async (
  db: Executor,
  hashes: readonly string[],
): Promise<readonly (CredentialState | undefined)[]> => {
  const { rows } = await db.prepared<KeyRow>('credential-keys', keysByHash, [
    hashes.map((hash) => Buffer.from(hash, 'hex')),
  ]);
  const found = new Map(rows.map((row) => [row.hash, stateOfKey(row)]));
  return hashes.map((hash) => found.get(hash));
};

const sessionById = `
  SELECT s.id, s.user_id, s.expires_at, s.revoked_at IS NOT NULL AS revoked, u.username, u.roles, u.disabled
    FROM sessions s JOIN users u ON u.id = s.user_id
   WHERE s.id = $1`;

/** The session `id`. */
export const findSessionById = async (db: Executor, id: string): Promise<CredentialState | undefined> => {
  const { rows } = await db.prepared<CredentialRow>('credential-session', sessionById, [id]);
  const row = rows[0];
  return row === undefined ? undefined : toState(row, scopesOfRoles(toRoles(row.roles)));
};

/**
 * Says that keys were used, at most as often as it is called. Rows that something else holds, such as a revocation, are
 * left for the next time: knowing the last use is never worth waiting for.
 */
export const writeLastUsed = async (
  db: Executor,
  uses: readonly { readonly keyId: string; readonly atMs: number }[],
): Promise<void> => {
  await db.query(
    `WITH used AS (
       SELECT k.id, u.at
         FROM unnest($1::uuid[], $2::timestamptz[]) AS u (id, at) JOIN api_keys k ON k.id = u.id
        ORDER BY k.id
          FOR NO KEY UPDATE OF k SKIP LOCKED)
     UPDATE api_keys k SET last_used_at = greatest(k.last_used_at, used.at) FROM used WHERE k.id = used.id`,
    [uses.map(({ keyId }) => keyId), uses.map(({ atMs }) => new Date(atMs))],
  );
};
