import { roleScopes } from '@gpushield/contracts';
import { describe, expect, it } from 'vitest';
import { anonymousAuthenticator, createAuthenticator } from './authenticator.ts';
import type { CredentialState } from './credential-store.ts';
import { createCredentialCache } from './key-cache.ts';
import { hashOpaqueSecret } from './opaque-secret.ts';

const clock = { nowMs: () => 1_000_000, monotonicMs: () => 0 };
const state = (change: Partial<CredentialState> = {}): CredentialState => ({
  id: 'credential',
  userId: 'user',
  username: 'ada',
  roles: ['viewer'],
  scopes: new Set(roleScopes.viewer),
  userDisabled: false,
  revoked: false,
  expiresAtMs: null,
  ...change,
});
const key = 'k'.repeat(86);

const setUp = (keyState: CredentialState | undefined, sessionState?: CredentialState) => {
  const cacheOf = (name: string, found: CredentialState | undefined) =>
    createCredentialCache<CredentialState>({
      capacity: 10,
      clock,
      load: (asked) => Promise.resolve(asked === name ? found : undefined),
    });
  const authenticator = createAuthenticator({
    clock,
    keys: cacheOf(hashOpaqueSecret(key), keyState),
    sessions: cacheOf('session', sessionState),
    accessTokens: {
      verify: () => Promise.resolve({ userId: 'user', sessionId: 'session', expiresAtMs: 1_500_000 }),
    },
  });
  return (authorization: string | undefined) =>
    authenticator.authenticate({ authorization, remoteAddress: '127.0.0.1' });
};

describe('a bearer credential', () => {
  it('that is a good key gives its user, in any case of the scheme', async () => {
    const authenticate = setUp(state());
    for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
      expect(await authenticate(`${scheme} ${key}`)).toMatchObject({
        id: 'user',
        kind: 'api_key',
        name: 'ada',
        credentialId: 'credential',
      });
    }
  });

  it.each([
    ['revoked', state({ revoked: true }), 'api_key_revoked', 403],
    ['expired', state({ expiresAtMs: 1_000_000 }), 'api_key_expired', 403],
    ["a disabled user's", state({ userDisabled: true }), 'user_disabled', 403],
    ['unknown', undefined, 'invalid_api_key', 401],
  ])('that is a key and %s is refused with a code that says so', async (_case, keyState, code, status) => {
    await expect(setUp(keyState)(`Bearer ${key}`)).rejects.toMatchObject({ code, status });
  });

  it.each(['k'.repeat(15), 'k'.repeat(257)])('of a length that no key has is refused', async (short) => {
    await expect(setUp(state())(`Bearer ${short}`)).rejects.toMatchObject({ code: 'invalid_api_key' });
  });

  it.each([
    ['revoked', state({ revoked: true, expiresAtMs: 2_000_000 }), 'invalid_token'],
    ['expired', state({ expiresAtMs: 1_000_000 }), 'invalid_token'],
    ["another user's", state({ userId: 'other', expiresAtMs: 2_000_000 }), 'invalid_token'],
    ["a disabled user's", state({ userDisabled: true, expiresAtMs: 2_000_000 }), 'user_disabled'],
    ['gone', undefined, 'invalid_token'],
  ])('that is a token is refused when its session is %s', async (_case, sessionState, code) => {
    await expect(setUp(undefined, sessionState)('Bearer a.b.c')).rejects.toMatchObject({ code });
  });

  it('that is a token of an open session gives its user, until the token ends', async () => {
    const principal = await setUp(undefined, state({ expiresAtMs: 2_000_000 }))('Bearer a.b.c');
    expect(principal).toMatchObject({ id: 'user', kind: 'user', credentialExpiresAtMs: 1_500_000 });
  });
});

describe('a request without a bearer credential', () => {
  it.each([undefined, '', 'Bearer', 'Bearer ', 'Basic dXNlcjpwYXNz', `Bearer ${key} ${key}`, key])(
    'is not authenticated and told how: %s',
    async (authorization) => {
      await expect(setUp(state())(authorization)).rejects.toMatchObject({
        code: 'not_authenticated',
        options: { headers: { 'www-authenticate': 'Bearer realm="gpushield"' } },
      });
    },
  );
});

describe('with authentication off', () => {
  const off = anonymousAuthenticator({
    authenticate: ({ authorization }) => setUp(undefined)(authorization),
  });
  it('whoever sends nothing is an anonymous administrator', async () => {
    const principal = await off.authenticate({ authorization: undefined, remoteAddress: '127.0.0.1' });
    expect(principal).toMatchObject({ id: 'anonymous', kind: 'anonymous' });
    expect(principal.scopes.has('users:write')).toBe(true);
  });

  it('a credential that is sent is verified all the same', async () => {
    const wrong = off.authenticate({ authorization: `Bearer ${key}`, remoteAddress: '127.0.0.1' });
    await expect(wrong).rejects.toMatchObject({ code: 'invalid_api_key' });
  });
});
