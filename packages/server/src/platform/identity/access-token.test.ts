import { createHmac, createSecretKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { createAccessTokens } from './access-token.ts';

const signingKey = createSecretKey(randomBytes(32));
const subject = { userId: 'user-1', sessionId: 'session-1' };
let offsetMs = 0;
const clock = { nowMs: () => Date.now() + offsetMs, monotonicMs: () => performance.now() + offsetMs };
const tokensWith = (key = signingKey) => createAccessTokens({ signingKey: key, clock, newId: () => 'id' });
const tokens = tokensWith();

const good = () =>
  new SignJWT({ sid: 'session-1' })
    .setIssuer('gpushield')
    .setAudience('gpushield-api')
    .setSubject('user-1')
    .setIssuedAt()
    .setExpirationTime('15m')
    .setJti('id');
const sign = (
  change: (token: SignJWT) => SignJWT,
  key: Parameters<SignJWT['sign']>[0] = signingKey,
  header = { alg: 'HS256', typ: 'at+jwt' },
) => change(good()).setProtectedHeader(header).sign(key);
const unchanged = (token: SignJWT) => token;

describe('an access token', () => {
  it('tells its user, session and end for 15 minutes', async () => {
    const token = await tokens.issue(subject);
    const claims = await tokens.verify(token);
    expect(claims).toMatchObject(subject);
    expect(claims.expiresAtMs - clock.nowMs()).toBeLessThanOrEqual(900_000);
    expect(await tokens.verify(token)).toEqual(claims);
  });

  it('ends on time, though it was verified before', async () => {
    const token = await tokens.issue(subject);
    await tokens.verify(token);
    offsetMs = 900_000;
    await expect(tokens.verify(token)).rejects.toMatchObject({ code: 'token_expired' });
    await expect(tokensWith().verify(token)).rejects.toMatchObject({ code: 'token_expired' });
    offsetMs = 0;
  });

  it('is accepted in the form that the refusals below differ from', async () => {
    await expect(tokens.verify(await sign(unchanged))).resolves.toMatchObject(subject);
  });

  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const unsecured = () =>
    new UnsecuredJWT({ sid: 'session-1' })
      .setIssuer('gpushield')
      .setAudience('gpushield-api')
      .setSubject('user-1')
      .setIssuedAt()
      .setExpirationTime('15m')
      .encode();
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const handmade = (header: object, key: Buffer) => {
    const nowS = Math.floor(Date.now() / 1000);
    const claims = {
      sid: 's',
      sub: 'u',
      iss: 'gpushield',
      aud: 'gpushield-api',
      iat: nowS,
      exp: nowS + 60,
      jti: 'i',
    };
    const body = `${part(header)}.${part(claims)}`;
    return `${body}.${createHmac('sha256', key).update(body).digest('base64url')}`;
  };

  it.each<[string, () => string | Promise<string>]>([
    ['has no signature (alg none)', unsecured],
    ['says alg none and is signed', () => handmade({ alg: 'none', typ: 'at+jwt' }, signingKey.export())],
    [
      'says RS256 and is signed with our key as HMAC',
      () => handmade({ alg: 'RS256', typ: 'at+jwt' }, signingKey.export()),
    ],
    ['is signed with RSA', () => sign(unchanged, privateKey, { alg: 'RS256', typ: 'at+jwt' })],
    [
      'is signed with a public key as HMAC secret',
      () => handmade({ alg: 'HS256', typ: 'at+jwt' }, publicKey.export({ type: 'spki', format: 'der' })),
    ],
    [
      'is signed with HS512',
      () => sign(unchanged, createSecretKey(randomBytes(64)), { alg: 'HS512', typ: 'at+jwt' }),
    ],
    ['is signed with another key', () => sign(unchanged, createSecretKey(randomBytes(32)))],
    ['was made for another use', () => sign(unchanged, signingKey, { alg: 'HS256', typ: 'JWT' })],
    ['was made by another issuer', () => sign((t) => t.setIssuer('elsewhere'))],
    ['was made for another audience', () => sign((t) => t.setAudience('elsewhere'))],
    ['is good in the future only', () => sign((t) => t.setNotBefore('1h'))],
    ['is no JWT', () => 'a.b.c'],
    ['is too long', () => `${'a'.repeat(5000)}.b.c`],
  ])('is refused when it %s', async (_case, make) => {
    await expect(tokens.verify(await make())).rejects.toMatchObject({ code: 'invalid_token', status: 401 });
  });

  it('is refused when a character of it was changed', async () => {
    const token = await tokens.issue(subject);
    await tokens.verify(token);
    const [header = '', payload = '', signature = ''] = token.split('.');
    const forged = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
    const other = `${header}.${part({ ...forged, sub: 'somebody-else' })}.${signature}`;
    await expect(tokens.verify(other)).rejects.toMatchObject({ code: 'invalid_token' });
  });

  it('is not made with a short key', () => {
    expect(() => tokensWith(createSecretKey(randomBytes(16)))).toThrow(RangeError);
  });
});
