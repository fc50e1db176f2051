import { roleScopes, type Scope } from '@gpushield/contracts';
import { AppError } from '../errors.ts';
import type { AuthenticatorOptions, Verified } from './authenticator.ts';
import type { CredentialState } from './credential-store.ts';
import { covers } from './effective-scopes.ts';
import type { ScopedClaims, TokenParent } from './scoped-token.ts';

const refused = (detail: string): AppError =>
  new AppError('invalid_token', {
    detail,
    remediation: 'Get another token at POST /auth/scoped-token.',
    headers: { 'www-authenticate': 'Bearer realm="gpushield", error="invalid_token"' },
  });

/** What the token's scopes are worth now: never more than what its parent may do at this moment. */
const scopesNow = (claims: ScopedClaims, parent: ReadonlySet<Scope>): ReadonlySet<Scope> =>
  new Set(claims.scopes.filter((scope) => covers(parent, scope)));

/** Verifies scoped tokens: the signature, the lifetime, and that the credential which made it is still good. */
export const createScopedVerifier = (
  options: AuthenticatorOptions,
): ((token: string) => Promise<Verified>) => {
  const { clock, scoped } = options;
  const caches = { session: options.sessions, key: options.keys, client: options.clients?.states };

  const stateOf = async ({ kind, id }: TokenParent): Promise<CredentialState | undefined> => {
    const cache = kind === 'anonymous' ? undefined : caches[kind];
    return cache?.peek(id) ?? (await cache?.fetch(id));
  };
  const principalOf = (
    claims: ScopedClaims,
    parent: Pick<CredentialState, 'username' | 'roles' | 'scopes' | 'allowed'>,
  ): Verified => ({
    principal: {
      id: claims.userId,
      kind: 'scoped_token',
      name: parent.username,
      roles: parent.roles,
      scopes: scopesNow(claims, parent.scopes),
      credentialId: claims.tokenId,
      credentialExpiresAtMs: claims.expiresAtMs,
      grant: {
        tokenId: claims.tokenId,
        model: claims.model,
        maxTokens: claims.maxTokens,
        parentId: claims.parent.kind === 'key' ? claims.userId : claims.parent.id,
      },
    },
    allowed: parent.allowed,
  });

  return async (token) => {
    if (scoped?.claims(token) !== true) throw refused('Invalid token structure');
    const claims = await scoped.verify(token);
    if (claims.parent.kind === 'anonymous') {
      if (options.anonymousAllowed !== true) throw refused('Invalid token structure');
      return principalOf(claims, {
        username: 'anonymous',
        roles: ['admin'],
        scopes: new Set(roleScopes.admin),
      });
    }
    const state = await stateOf(claims.parent);
    if (state?.userDisabled === true) throw new AppError('user_disabled');
    const ended =
      state === undefined ||
      state.revoked ||
      (state.expiresAtMs !== null && state.expiresAtMs <= clock.nowMs()) ||
      state.userId !== claims.userId;
    if (ended) throw refused('The credential that made this token has ended');
    return principalOf(claims, state);
  };
};
