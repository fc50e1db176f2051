import type { Executor } from '../database/types.ts';
import { scopesOfKey, scopesOfRoles, toRoles } from './effective-scopes.ts';
import { toScopes, toState, type CredentialRow, type CredentialState } from './credential-store.ts';
import type { CertificateName, PresentedCertificate } from './peer-certificate.ts';

interface TokenRow extends CredentialRow {
  readonly scopes: readonly string[];
}

const tokenById = `
  SELECT t.id, t.user_id, t.scopes, t.expires_at, t.revoked_at IS NOT NULL AS revoked, s.allowed_addresses,
         u.username, u.roles, u.disabled
    FROM client_tokens t JOIN client_secrets s ON s.id = t.secret_id JOIN users u ON u.id = t.user_id
   WHERE t.id = $1`;

/** The token that an OAuth2 client was issued, by its id. */
export const findTokenById = async (db: Executor, id: string): Promise<CredentialState | undefined> => {
  const { rows } = await db.prepared<TokenRow>('credential-token', tokenById, [id]);
  const row = rows[0];
  return row === undefined ? undefined : toState(row, scopesOfKey(toRoles(row.roles), toScopes(row.scopes)));
};

const separator = '\n';

/** A certificate as a cache's key: all of its names, which hold no line break. */
export const certificateKey = ({ names }: PresentedCertificate): string =>
  names.map(({ match, value }) => `${match}:${value}`).join(separator);

const namesOf = (key: string): readonly CertificateName[] =>
  key.split(separator).flatMap((part): CertificateName[] => {
    const [, match, value = ''] = /^(fingerprint|san_uri|san_dns):(.*)$/.exec(part) ?? [];
    return match === 'fingerprint' || match === 'san_uri' || match === 'san_dns' ? [{ match, value }] : [];
  });

const certificateByNames = `
  SELECT c.id, c.user_id, NULL::timestamptz AS expires_at, false AS revoked, NULL::text[] AS allowed_addresses,
         u.username, u.roles, u.disabled
    FROM client_certificates c JOIN users u ON u.id = c.user_id
   WHERE (c.match, c.value) IN (SELECT * FROM unnest($1::text[], $2::text[]))
   ORDER BY c.created_at, c.id`;

/** The account that a certificate speaks for. Names of more than one account say nothing: undefined. */
export const findCertificate = async (db: Executor, key: string): Promise<CredentialState | undefined> => {
  const names = namesOf(key);
  const { rows } = await db.prepared<CredentialRow>('credential-certificate', certificateByNames, [
    names.map(({ match }) => match),
    names.map(({ value }) => value),
  ]);
  const [row] = rows;
  if (row === undefined || rows.some(({ user_id: userId }) => userId !== row.user_id)) return undefined;
  return toState(row, scopesOfRoles(toRoles(row.roles)));
};
