import { hash, type KeyObject } from 'node:crypto';
import { errors, jwtVerify, SignJWT, type JWTPayload } from 'jose';
import type { Scope } from '@gpushield/contracts';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import { toScopes } from './credential-store.ts';
import { createLru } from '../lru.ts';

/** Seconds that a scoped token lives (seed 3). */
export const scopedTokenTtlSeconds = 60;

/** The credential that a scoped token was made with. It must still be good whenever the token is used. */
export interface TokenParent {
  /** `key` is looked up by the hash of the key, all others by their id. */
  readonly kind: 'session' | 'key' | 'client' | 'anonymous';
  readonly id: string;
}

export interface ScopedClaims {
  readonly tokenId: string;
  readonly userId: string;
  readonly model: string;
  readonly maxTokens: number;
  readonly scopes: readonly Scope[];
  readonly parent: TokenParent;
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
}

export interface ScopedTokens {
  issue(claims: ScopedClaims): Promise<string>;
  /** Whether a token says that it is one of these; only `verify` says that it is. */
  claims(token: string): boolean;
  /** Errors: `token_expired`, `invalid_token` (401). Says nothing about the parent. */
  verify(token: string): Promise<ScopedClaims>;
}

export interface ScopedTokenOptions {
  /** At least 32 bytes, derived from SECRET_KEY for scoped tokens alone. */
  readonly signingKey: KeyObject;
  readonly clock: Clock;
  /**
   * Where budgets are counted in this process alone, what was spent is forgotten when it ends: then tokens from before
   * its start are refused. Undefined where the counters outlive it.
   */
  readonly issuedSinceMs: number | undefined;
}

// A type of its own: a token that was signed for another use is refused by it.
const type = 'llm+jwt';
const algorithm = 'HS256';
const issuer = 'gpushield';
const audience = 'gpushield-llm';
const maxTokenLength = 4096;
const maxVerifiedTokens = 20_000;
const parentKinds: ReadonlySet<string> = new Set(['session', 'key', 'client', 'anonymous']);

/** The seed's words for whatever is wrong with a token before its rights are looked at. */
const invalidStructure = (cause?: unknown): AppError =>
  new AppError('invalid_token', {
    detail: 'Invalid token structure',
    remediation: 'Get a token at POST /auth/scoped-token and send it as it is.',
    cause,
    headers: { 'www-authenticate': 'Bearer realm="gpushield", error="invalid_token"' },
  });

const expired = (cause?: unknown): AppError =>
  new AppError('token_expired', {
    detail: 'The scoped token has expired',
    remediation: 'Get another token at POST /auth/scoped-token.',
    cause,
    headers: {
      'www-authenticate': 'Bearer realm="gpushield", error="invalid_token", error_description="expired"',
    },
  });

const isParentKind = (value: unknown): value is TokenParent['kind'] =>
  typeof value === 'string' && parentKinds.has(value);

/** The claims, where all are there and of their type. */
const claimsOf = (payload: JWTPayload): ScopedClaims => {
  const {
    sub,
    jti,
    exp,
    model,
    max_tokens: maxTokens,
    scopes,
    parent,
    parent_kind: kind,
    iat_ms: iat,
  } = payload;
  const texts = [sub, jti, model, parent];
  const numbers = [exp, maxTokens, iat];
  if (
    texts.some((value) => typeof value !== 'string' || value === '') ||
    numbers.some((value) => typeof value !== 'number' || !Number.isFinite(value)) ||
    !Array.isArray(scopes) ||
    !isParentKind(kind)
  ) {
    throw invalidStructure();
  }
  return {
    tokenId: String(jti),
    userId: String(sub),
    model: String(model),
    maxTokens: Number(maxTokens),
    scopes: toScopes(scopes.map(String)),
    parent: { kind, id: String(parent) },
    issuedAtMs: Number(iat),
    expiresAtMs: Math.round(Number(exp) * 1000),
  };
};

/** Three parts of base64url without padding, and a signature of 32 bytes that is written in one way only (RFC 7515). */
const compactForm = /^[\w-]+\.[\w-]+\.[\w-]{42}[AEIMQUYcgkosw048]$/;

/** Checks a token's signature, header and times. Errors: `token_expired`, and those of a wrong structure. */
const createVerifier =
  ({ signingKey, clock }: Pick<ScopedTokenOptions, 'signingKey' | 'clock'>) =>
  async (token: string): Promise<ScopedClaims> => {
    try {
      const { payload } = await jwtVerify(token, signingKey, {
        algorithms: [algorithm],
        typ: type,
        issuer,
        audience,
        currentDate: new Date(clock.nowMs()),
        requiredClaims: ['sub', 'iat', 'exp', 'jti'],
      });
      return claimsOf(payload);
    } catch (cause) {
      if (cause instanceof errors.JWTExpired) throw expired(cause);
      throw cause instanceof AppError ? cause : invalidStructure(cause);
    }
  };

/** Issues and verifies scoped tokens: JWT, HS256 and nothing else. */
export const createScopedTokens = ({
  signingKey,
  clock,
  issuedSinceMs,
}: ScopedTokenOptions): ScopedTokens => {
  const header = { alg: algorithm, typ: type };
  const headerPart = `${Buffer.from(JSON.stringify(header)).toString('base64url')}.`;
  const verified = createLru<ScopedClaims>(maxVerifiedTokens);

  const verifyAnew = createVerifier({ signingKey, clock });

  return {
    claims: (token) => token.startsWith(headerPart),
    issue: (claims) =>
      new SignJWT({
        model: claims.model,
        max_tokens: claims.maxTokens,
        scopes: [...claims.scopes],
        parent: claims.parent.id,
        parent_kind: claims.parent.kind,
        iat_ms: claims.issuedAtMs,
        type: 'llm',
      })
        .setProtectedHeader(header)
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(claims.userId)
        .setIssuedAt(Math.floor(claims.issuedAtMs / 1000))
        // To the millisecond: RFC 7519 lets a NumericDate have a fraction.
        .setExpirationTime(claims.expiresAtMs / 1000)
        .setJti(claims.tokenId)
        .sign(signingKey),
    verify: async (token) => {
      if (token.length > maxTokenLength || !compactForm.test(token)) throw invalidStructure();
      const id = hash('sha256', token, 'hex');
      const known = verified.get(id);
      const claims = known ?? (await verifyAnew(token));
      if (claims.expiresAtMs <= clock.nowMs()) {
        verified.delete(id);
        throw expired();
      }
      if (issuedSinceMs !== undefined && claims.issuedAtMs < issuedSinceMs) throw expired();
      if (known === undefined) verified.set(id, claims);
      return claims;
    },
  };
};
