import type { AccountCertificate, ApiKey, ClientSecret, ServiceAccount, User } from '@gpushield/contracts';
import { toScopes } from '../../platform/identity/index.ts';
import type { CertificateRow } from './certificate-store.ts';
import type { ClientSecretRow } from './client-secret-store.ts';
import type { KeyRow } from './key-store.ts';
import type { Session } from './schemas.ts';
import type { SessionRow } from './session-store.ts';
import { rolesOf, type UserRow } from './user-store.ts';

const time = (at: Date | null): string | null => at?.toISOString() ?? null;

export const presentUser = (row: UserRow): User => ({
  id: row.id,
  username: row.username,
  kind: row.kind,
  email: row.email,
  roles: [...rolesOf(row)],
  disabled: row.disabled,
  created_at: row.created_at.toISOString(),
  updated_at: row.updated_at.toISOString(),
  last_login_at: time(row.last_login_at),
});

export const presentAccount = (row: UserRow): ServiceAccount => ({
  id: row.id,
  client_id: row.id,
  username: row.username,
  description: row.description,
  roles: [...rolesOf(row)],
  disabled: row.disabled,
  created_at: row.created_at.toISOString(),
  updated_at: row.updated_at.toISOString(),
});

export const presentSecret = (row: ClientSecretRow): ClientSecret => ({
  id: row.id,
  client_id: row.user_id,
  secret_prefix: row.secret_prefix,
  description: row.description,
  scopes: row.scopes === null ? null : [...toScopes(row.scopes)],
  allowed_addresses: row.allowed_addresses === null ? null : [...row.allowed_addresses],
  created_at: row.created_at.toISOString(),
  expires_at: time(row.expires_at),
  last_used_at: time(row.last_used_at),
  revoked_at: time(row.revoked_at),
});

export const presentCertificate = (row: CertificateRow): AccountCertificate => ({
  id: row.id,
  match: row.match,
  value: row.value,
  description: row.description,
  created_at: row.created_at.toISOString(),
});

export const presentKey = (row: KeyRow): ApiKey => ({
  id: row.id,
  user_id: row.user_id,
  username: row.username,
  key_prefix: row.key_prefix,
  description: row.description,
  scopes: row.scopes === null ? null : [...toScopes(row.scopes)],
  allowed_addresses: row.allowed_addresses === null ? null : [...row.allowed_addresses],
  created_at: row.created_at.toISOString(),
  expires_at: time(row.expires_at),
  last_used_at: time(row.last_used_at),
  revoked_at: time(row.revoked_at),
});

export const presentSession = (row: SessionRow, currentId: string): Session => ({
  id: row.id,
  current: row.id === currentId,
  ip_address: row.ip_address,
  user_agent: row.user_agent,
  created_at: row.created_at.toISOString(),
  refreshed_at: row.refreshed_at.toISOString(),
  expires_at: row.expires_at.toISOString(),
});

/** The keyset position of lists that show the newest first. */
export const newestFirst = (row: { readonly created_at: Date; readonly id: string }) => ({
  sort: row.created_at.toISOString(),
  id: row.id,
});
