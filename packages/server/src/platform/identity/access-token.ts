import { createSecretKey, hash, KeyObject } from 'node:crypto';
import { errors, jwtVerify, SignJWT, type JWTPayload } from 'jose';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import { createLru } from '../lru.ts';

/** Seconds that an access token lives. */
export const accessTokenTtlSeconds = 900;

export interface AccessTokenClaims {
  readonly userId: string;
  readonly sessionId: string;
  readonly expiresAtMs: number;
}

export interface AccessTokenOptions {
  /** At least 32 bytes, derived from SECRET_KEY for this purpose alone. */
  readonly signingKey: KeyObject | Buffer;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly issuer?: string;
  readonly audience?: string;
  /** Named in the token's header (`kid`), so that tokens of several keys can be told apart. */
  readonly keyId?: string;
}

/** Whose token it is. `further` claims are for its readers; nothing here stands on them. */
export interface TokenSubject {
  readonly userId: string;
  /** The session, or the id of the client token. */
  readonly sessionId: string;
  readonly further?: Readonly<Record<string, string>>;
}

export interface AccessTokens {
  /** A signed JWT for one session, good for `accessTokenTtlSeconds`. */
  issue(subject: TokenSubject): Promise<string>;
  /** Whether a token says that it is one of these; only `verify` says that it is. */
  claims(token: string): boolean;
  /** Errors: `token_expired`, `invalid_token` (401). Says nothing about whether the session was revoked. */
  verify(token: string): Promise<AccessTokenClaims>;
}

// `at+jwt` (RFC 9068): a token that was signed for another use is refused by its type.
const type = 'at+jwt';
const algorithm = 'HS256';
const minKeyBytes = 32;

/** One of ours has 400 characters; more is not worth hashing. */
const maxTokenLength = 4096;

// Verification costs 81 µs, a hit 1 µs. About 300 bytes an entry.
const maxVerifiedTokens = 20_000;

const invalidToken = (detail: string, cause?: unknown): AppError =>
  new AppError('invalid_token', {
    detail,
    cause,
    headers: { 'www-authenticate': 'Bearer realm="gpushield", error="invalid_token"' },
  });
const expiredToken = (cause?: unknown): AppError =>
  new AppError('token_expired', {
    detail: 'The access token has expired',
    cause,
    headers: {
      'www-authenticate': 'Bearer realm="gpushield", error="invalid_token", error_description="expired"',
    },
  });

const claimsOf = (payload: JWTPayload): AccessTokenClaims => {
  const { sub, sid, exp } = payload;
  if (typeof sub !== 'string' || typeof sid !== 'string' || typeof exp !== 'number') {
    throw invalidToken('The access token lacks a claim');
  }
  return { userId: sub, sessionId: sid, expiresAtMs: exp * 1000 };
};

const asKey = (key: KeyObject | Buffer): KeyObject => {
  const secret = key instanceof KeyObject ? key : createSecretKey(key);
  if ((secret.symmetricKeySize ?? 0) < minKeyBytes)
    throw new RangeError('The signing key needs at least 32 bytes');
  return secret;
};

/** Issues and verifies access tokens: JWT, HS256 and nothing else. */
export const createAccessTokens = (options: AccessTokenOptions): AccessTokens => {
  const { clock, newId, issuer = 'gpushield', audience = 'gpushield-api' } = options;
  const key = asKey(options.signingKey);
  const header = {
    alg: algorithm,
    typ: type,
    ...(options.keyId === undefined ? {} : { kid: options.keyId }),
  };
  const headerPart = `${Buffer.from(JSON.stringify(header)).toString('base64url')}.`;
  const verified = createLru<AccessTokenClaims>(maxVerifiedTokens);

  const verifyAnew = async (token: string): Promise<AccessTokenClaims> => {
    try {
      const { payload } = await jwtVerify(token, key, {
        algorithms: [algorithm],
        typ: type,
        issuer,
        audience,
        currentDate: new Date(clock.nowMs()),
        requiredClaims: ['sub', 'sid', 'iat', 'exp', 'jti'],
      });
      return claimsOf(payload);
    } catch (cause) {
      if (cause instanceof errors.JWTExpired) throw expiredToken(cause);
      throw cause instanceof AppError ? cause : invalidToken('The access token is not valid', cause);
    }
  };

  return {
    claims: (token) => token.startsWith(headerPart),
    issue: ({ userId, sessionId, further }) => {
      const issuedAt = Math.floor(clock.nowMs() / 1000);
      return new SignJWT({ ...further, sid: sessionId, kind: 'access' })
        .setProtectedHeader(header)
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(userId)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + accessTokenTtlSeconds)
        .setJti(newId())
        .sign(key);
    },
    verify: async (token) => {
      if (token.length > maxTokenLength) throw invalidToken('The access token is too long');
      const id = hash('sha256', token, 'hex');
      const known = verified.get(id);
      const claims = known ?? (await verifyAnew(token));
      if (claims.expiresAtMs <= clock.nowMs()) {
        verified.delete(id);
        throw expiredToken();
      }
      if (known === undefined) verified.set(id, claims);
      return claims;
    },
  };
};
