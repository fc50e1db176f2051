import { roleScopes, type Scope } from '@gpushield/contracts';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { AccessTokens } from './access-token.ts';
import type { AgentVerifier } from './agent-verifier.ts';
import { certificateKey } from './client-store.ts';
import type { CredentialState } from './credential-store.ts';
import type { CredentialCache } from './key-cache.ts';
import { hashOpaqueSecret, mayBeApiKey } from './opaque-secret.ts';
import { addressIsIn } from './networks.ts';
import type { PresentedCertificate } from './peer-certificate.ts';
import { createScopedVerifier } from './scoped-verifier.ts';
import type { ScopedTokens } from './scoped-token.ts';
import type { Authenticator, CredentialSource, Principal, PrincipalKind } from './principal.ts';

export interface AuthenticatorOptions {
  readonly clock: Clock;
  readonly keys: CredentialCache<CredentialState>;
  readonly sessions: CredentialCache<CredentialState>;
  readonly accessTokens: Pick<AccessTokens, 'verify'>;
  /** Tokens of OAuth2 clients, and what the database says of each. */
  readonly clients?:
    | {
        readonly tokens: Pick<AccessTokens, 'claims' | 'verify'>;
        readonly states: CredentialCache<CredentialState>;
      }
    | undefined;
  /** Accounts of client certificates, by `certificateKey`. */
  readonly certificates?: CredentialCache<CredentialState> | undefined;
  readonly agents?: AgentVerifier | undefined;
  /** Tokens of a minute for one model. */
  readonly scoped?: Pick<ScopedTokens, 'claims' | 'verify'> | undefined;
  /** REQUIRE_AUTH=false: what nobody in particular made is good. */
  readonly anonymousAllowed?: boolean;
  /** Called with the id of each key that was accepted. */
  readonly onKeyUsed?: (keyId: string) => void;
}

const challenge = 'Bearer realm="gpushield"';
const wrongCredential = { 'www-authenticate': `${challenge}, error="invalid_token"` };

const notAuthenticated = (detail?: string): AppError =>
  new AppError('not_authenticated', {
    headers: { 'www-authenticate': challenge },
    ...(detail === undefined ? {} : { detail }),
  });

// RFC 6750: the scheme in any case, one token68 behind it.
const bearer = /^bearer +([A-Za-z0-9._~+/-]+=*) *$/i;

const isJwt = (credential: string): boolean => credential.split('.', 4).length === 3;

const principalOf = (
  kind: PrincipalKind,
  state: CredentialState,
  credentialExpiresAtMs: number | null,
): Principal => ({
  id: state.userId,
  kind,
  name: state.username,
  roles: state.roles,
  scopes: state.scopes,
  credentialId: state.id,
  credentialExpiresAtMs,
  ...(state.allowed === undefined ? {} : { allowedAddresses: state.allowed.texts }),
});

/** A credential that was found good, and what the request that brings it must fulfil. */
export interface Verified {
  readonly principal: Principal;
  readonly allowed: CredentialState['allowed'];
}
const verified = (kind: PrincipalKind, state: CredentialState, endsAtMs: number | null): Verified => ({
  principal: principalOf(kind, state, endsAtMs),
  allowed: state.allowed,
});

/** Verifies one bearer credential, wherever it comes from. */
const createBearerVerifier = (options: AuthenticatorOptions) => {
  const { clock, keys, sessions, accessTokens, clients } = options;

  const byKey = async (key: string): Promise<Verified> => {
    const invalid = () => new AppError('invalid_api_key', { headers: wrongCredential });
    if (!mayBeApiKey(key)) throw invalid();
    const hash = hashOpaqueSecret(key);
    const state = keys.peek(hash) ?? (await keys.fetch(hash));
    if (state === undefined) throw invalid();
    if (state.revoked) throw new AppError('api_key_revoked');
    if (state.expiresAtMs !== null && state.expiresAtMs <= clock.nowMs())
      throw new AppError('api_key_expired');
    if (state.userDisabled) throw new AppError('user_disabled');
    return verified('api_key', state, state.expiresAtMs);
  };

  const byJwt = async (
    kind: 'user' | 'service',
    token: string,
    tokens: Pick<AccessTokens, 'verify'>,
    states: CredentialCache<CredentialState>,
  ): Promise<Verified> => {
    const claims = await tokens.verify(token);
    const state = states.peek(claims.sessionId) ?? (await states.fetch(claims.sessionId));
    if (state?.userDisabled === true) throw new AppError('user_disabled');
    const ended = state === undefined || state.revoked || (state.expiresAtMs ?? 0) <= clock.nowMs();
    if (ended || state.userId !== claims.userId) {
      throw new AppError('invalid_token', {
        detail: kind === 'user' ? 'The session of this token has ended' : 'This token was revoked',
        headers: wrongCredential,
      });
    }
    return verified(kind, state, claims.expiresAtMs);
  };

  const byScopedToken = createScopedVerifier(options);

  return (credential: string): Promise<Verified> => {
    if (!isJwt(credential)) return byKey(credential);
    if (options.scoped?.claims(credential) === true) return byScopedToken(credential);
    return clients?.tokens.claims(credential) === true
      ? byJwt('service', credential, clients.tokens, clients.states)
      : byJwt('user', credential, accessTokens, sessions);
  };
};

const createCertificateVerifier =
  ({ clock, certificates }: AuthenticatorOptions) =>
  async (certificate: PresentedCertificate): Promise<Principal> => {
    const nowMs = clock.nowMs();
    // A connection may outlive the certificate that it was opened with.
    if (certificate.validToMs <= nowMs || certificate.validFromMs > nowMs) {
      throw new AppError('invalid_certificate', { detail: 'The client certificate has expired' });
    }
    const key = certificateKey(certificate);
    const state = certificates?.peek(key) ?? (await certificates?.fetch(key));
    if (state === undefined) {
      throw new AppError('invalid_certificate', { detail: 'The client certificate is not registered' });
    }
    if (state.userDisabled) throw new AppError('user_disabled');
    return principalOf('certificate', state, certificate.validToMs);
  };

/** Also says what a credential is that someone else was sent (RFC 7662): neither its address nor its use counts. */
export interface InspectingAuthenticator extends Authenticator {
  inspect(credential: string): Promise<Principal>;
}

/**
 * Verifies whatever says who asks. Of several credentials one counts: the Authorization header, else an agent's
 * signature, else the connection's certificate. Warm, none of them does I/O.
 */
export const createAuthenticator = (options: AuthenticatorOptions): InspectingAuthenticator => {
  const verifyBearer = createBearerVerifier(options);
  const verifyCertificate = createCertificateVerifier(options);
  const verifyScoped = createScopedVerifier(options);

  const fromItsPlace = ({ principal, allowed }: Verified, remoteAddress: string): Principal => {
    if (allowed === undefined || addressIsIn(allowed.networks, remoteAddress)) return principal;
    throw new AppError('address_not_allowed', {
      detail: `This credential does not work from ${remoteAddress}`,
    });
  };
  const byScopedToken = async (token: string, remoteAddress: string): Promise<Principal> =>
    fromItsPlace(await verifyScoped(token), remoteAddress);

  const byBearer = async (authorization: string, remoteAddress: string): Promise<Principal> => {
    const credential = bearer.exec(authorization)?.[1];
    if (credential === undefined) {
      throw notAuthenticated('The Authorization header is not "Bearer <credential>"');
    }
    const principal = fromItsPlace(await verifyBearer(credential), remoteAddress);
    if (principal.kind === 'api_key') options.onKeyUsed?.(principal.credentialId);
    return principal;
  };

  return {
    inspect: async (credential) => (await verifyBearer(credential)).principal,
    authenticate: async ({ authorization, remoteAddress, signed, certificate, scopedToken }) => {
      if (scopedToken !== undefined) return byScopedToken(scopedToken, remoteAddress);
      if (authorization !== undefined) return byBearer(authorization, remoteAddress);
      if (signed !== undefined && options.agents !== undefined) return options.agents.verify(signed);
      if (certificate !== undefined) return verifyCertificate(certificate);
      throw notAuthenticated();
    },
  };
};

export const anonymous: Principal = {
  id: 'anonymous',
  kind: 'anonymous',
  name: 'anonymous',
  roles: ['admin'],
  scopes: new Set<Scope>(roleScopes.admin),
  credentialId: 'anonymous',
  credentialExpiresAtMs: null,
};

const carriesNothing = ({ authorization, signed, certificate, scopedToken }: CredentialSource): boolean =>
  [authorization, signed, certificate, scopedToken].every((part) => part === undefined);

/**
 * For REQUIRE_AUTH=false: whoever sends no credential is an administrator. A credential that is sent is verified all
 * the same, so that a wrong one does not look as if it worked.
 */
export const anonymousAuthenticator = (verified: Authenticator): Authenticator => ({
  authenticate: async (source: CredentialSource) =>
    carriesNothing(source) ? anonymous : verified.authenticate(source),
});
