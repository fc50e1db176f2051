import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../../app.ts';
import { testDatabase } from '../../testing/index.ts';
import { seedUser, signIn, stopApp, testApp } from '../../testing/app-harness.ts';
import { fakeOllama, type FakeServer } from './testing/fake-upstreams.ts';

const database = testDatabase();
let app: App;
let upstream: FakeServer;
let user: string;

const post = (url: string, payload: object | string, headers: Record<string, string>) =>
  app.http.app.inject({
    method: 'POST',
    url,
    payload,
    headers: { 'content-type': 'application/json', ...headers },
  });
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

const scoped = async (body: Record<string, unknown> = {}): Promise<string> => {
  const answer = await post(
    '/auth/scoped-token',
    { model: 'phi', max_tokens: 128, scopes: ['llm:generate'], ...body },
    bearer(user),
  );
  expect(answer.statusCode, answer.body).toBe(200);
  return answer.json<{ access_token: string }>().access_token;
};
const generate = (token: string, body: Record<string, unknown> = {}) =>
  post(
    '/api/v1/llm/generate',
    { prompt: 'Explain zero-trust.', model: 'phi', max_tokens: 64, ...body },
    { 'x-llm-token': token },
  );

beforeAll(async () => {
  upstream = await fakeOllama();
  app = await testApp({
    db: database.db,
    env: { OLLAMA_BASE_URL: upstream.url, GPUSHIELD_LLM_REQUESTS_PER_MINUTE: '100000' },
  });
  user = await signIn(app, (await seedUser(database.db, app, ['admin'])).username);
});
afterAll(async () => {
  await stopApp(app);
  await upstream.close();
});

describe('the seed’s smoke test', () => {
  it('logs in, gets a token of 60 s for one model, and generates', async () => {
    const token = await post(
      '/auth/scoped-token',
      { model: 'phi', max_tokens: 128, scopes: ['llm:generate'] },
      bearer(user),
    );
    expect(token.json()).toEqual({
      access_token: expect.stringMatching(/^ey/),
      token_type: 'bearer',
      expires_in: 60,
      model: 'phi',
      max_tokens: 128,
      scopes: ['llm:generate'],
    });
    const answer = await generate(token.json<{ access_token: string }>().access_token);
    expect(answer.statusCode, answer.body).toBe(200);
    expect(answer.json()).toEqual({
      content: expect.stringContaining('word'),
      model: expect.stringMatching(/^phi/),
      tokens_used: expect.any(Number),
      latency_ms: expect.any(Number),
    });
  });
});

describe('the zero-trust steps', () => {
  const audited = async (tokenUser = 'llm:%') => {
    const { rows } = await database.db.query(
      `SELECT action, resource, granted, reason, principal_kind, details FROM audit_entries
        WHERE resource LIKE $1 ORDER BY occurred_at DESC, sequence DESC LIMIT 1`,
      [tokenUser],
    );
    return rows[0];
  };

  it('1: a token that is no scoped token, or not ours, is 401 Invalid token structure', async () => {
    const none = `${Buffer.from('{"alg":"none","typ":"llm+jwt"}').toString('base64url')}.e30.`;
    const [head = '', payload = '', signature = ''] = (await scoped()).split('.');
    const forged = `${head}.${payload}.${signature.replace(/^./, (one) => (one === 'A' ? 'B' : 'A'))}`;
    const headed = (fields: object): string => {
      const own = { alg: 'HS256', typ: 'llm+jwt' };
      return Buffer.from(JSON.stringify({ ...own, ...fields })).toString('base64url');
    };
    // Signed with what a verifier might be talked into: an empty key, or the one that the token itself brings.
    const signedWith = (key: string, fields: object): string => {
      const text = `${headed(fields)}.${payload}`;
      return `${text}.${createHmac('sha256', Buffer.from(key)).update(text).digest('base64url')}`;
    };
    const confused = [
      `${headed({ alg: 'none' })}.${payload}.${signature}`,
      `${headed({ alg: 'nOnE' })}.${payload}.`,
      ...['HS512', 'RS256', 'ES256', 'EdDSA'].map((alg) => `${headed({ alg })}.${payload}.${signature}`),
      signedWith('', {}),
      signedWith('', { kid: '../../dev/null' }),
      signedWith('key', { jwk: { kty: 'oct', k: Buffer.from('key').toString('base64url') } }),
      `${head}.${payload}.${signature}=`,
      `${head}.${payload}.${signature}.${signature}`,
      `${head}.${payload}.${signature.slice(0, -1)}${String.fromCharCode(signature.charCodeAt(42) + 1)}`,
    ];
    for (const token of [user, none, forged, 'nonsense', `${head}.${payload}.`, ...confused]) {
      const answer = await generate(token);
      expect(answer.statusCode, token).toBe(401);
      expect(answer.json<{ detail: string }>().detail).toBe('Invalid token structure');
    }
  });

  it('2: a token without the scope, or for another model, is 403 Insufficient permissions', async () => {
    const without = await generate(await scoped({ scopes: ['llm:embed'] }));
    const other = await generate(await scoped({ model: 'mistral' }));
    for (const answer of [without, other]) {
      expect(answer.statusCode, answer.body).toBe(403);
      expect(answer.json<{ detail: string }>().detail).toBe('Insufficient permissions');
    }
  });

  it('3: more tokens than the token was made for, at once or in sum, are 429 GPU budget exceeded', async () => {
    const token = await scoped({ max_tokens: 100 });
    expect((await generate(token, { max_tokens: 101 })).json<{ detail: string }>().detail).toBe(
      'GPU budget exceeded',
    );
    expect((await generate(token, { max_tokens: 60 })).statusCode).toBe(200);
    const spent = await generate(token, { max_tokens: 60 });
    expect(spent.statusCode).toBe(429);
    expect(spent.json<{ detail: string }>().detail).toBe('GPU budget exceeded');
    expect(await audited()).toMatchObject({
      action: 'llm.generate',
      granted: false,
      reason: 'gpu_budget_exceeded',
      principal_kind: 'scoped_token',
      details: { required_scope: 'llm:generate', requested_tokens: 60, token_max_tokens: 100 },
    });
  });

  it('5: what is granted is recorded too, with who, what and how much', async () => {
    await generate(await scoped());
    expect(await audited()).toMatchObject({
      action: 'llm.generate',
      resource: 'llm:phi:latest',
      granted: true,
      reason: 'ok',
      details: { requested_tokens: 64, token_max_tokens: 128 },
    });
  });

  it('a scoped token makes no other, and opens nothing but its model', async () => {
    const token = await scoped();
    expect(
      (
        await post(
          '/auth/scoped-token',
          { model: 'phi', max_tokens: 9, scopes: ['llm:generate'] },
          bearer(token),
        )
      ).statusCode,
    ).toBe(403);
    for (const url of ['/api/v1/me', '/api/v1/users', '/api/v1/usage', '/api/v1/keys']) {
      const answer = await app.http.app.inject({ method: 'GET', url, headers: bearer(token) });
      expect(answer.statusCode, url).toBe(403);
    }
  });

  it('a scope that is not for models, or that the parent lacks, is refused', async () => {
    const viewer = await signIn(app, (await seedUser(database.db, app, ['viewer'])).username);
    const body = { model: 'phi', max_tokens: 8, scopes: ['users:write'] };
    expect((await post('/auth/scoped-token', body, bearer(user))).statusCode).toBe(403);
    expect(
      (await post('/auth/scoped-token', { ...body, scopes: ['llm:generate'] }, bearer(viewer))).statusCode,
    ).toBe(403);
  });
});
