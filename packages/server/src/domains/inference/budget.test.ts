import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../../app.ts';
import { testDatabase } from '../../testing/index.ts';
import { seedUser, signIn, stopApp, testApp } from '../../testing/app-harness.ts';
import { fakeOllama, fakeOpenai, type FakeServer } from './testing/fake-upstreams.ts';
import { bearer, poster } from './testing/served-app.ts';

const database = testDatabase();
let app: App;
let fakes: readonly FakeServer[];
let user: string;
const post = poster(() => app);

beforeAll(async () => {
  const [ollama, openai] = [await fakeOllama(), await fakeOpenai()];
  fakes = [ollama, openai];
  app = await testApp({
    db: database.db,
    env: {
      OLLAMA_BASE_URL: ollama.url,
      OPENAI_BASE_URL: openai.url,
      OPENAI_API_KEY: 'sk-of-the-fake-server-000000000000',
      GPUSHIELD_LLM_REQUESTS_PER_MINUTE: '100000',
    },
  });
  user = await signIn(app, (await seedUser(database.db, app, ['researcher'])).username);
});
afterAll(async () => {
  await stopApp(app);
  for (const fake of fakes) await fake.close();
});

const tokenFor = async (model: string, maxTokens: number): Promise<string> => {
  const body = { model, max_tokens: maxTokens, scopes: ['llm:generate', 'llm:embed', 'models:read'] };
  const answer = await post('/auth/scoped-token', body, bearer(user));
  return answer.json<{ access_token: string }>().access_token;
};

/** Every way to a model, with a stolen token. */
const everyPath = (model: string, token: string, max: number) => {
  const messages = [{ role: 'user', content: 'go' }];
  const options = { num_predict: max };
  const authorization = bearer(token);
  return [
    post('/api/v1/llm/generate', { model, prompt: 'go', max_tokens: max }, { 'x-llm-token': token }),
    post('/api/v1/llm/generate', { model, prompt: 'go', max_tokens: max }, authorization),
    post('/v1/chat/completions', { model, messages, max_tokens: max }, authorization),
    post('/v1/chat/completions', { model, messages, stream: true }, { 'x-llm-token': token }),
    post('/v1/chat/completions', { model, messages, max_completion_tokens: max, n: 2 }, authorization),
    post('/v1/completions', { model, prompt: 'go', max_tokens: max, stream: true }, authorization),
    post('/v1/responses', { model, input: 'go', max_output_tokens: max }, authorization),
    post('/v1/embeddings', { model, input: 'go' }, authorization),
    post('/api/chat', { model, messages, options }, authorization),
    post('/api/chat', { model, messages, stream: false }, authorization),
    post('/api/generate', { model, prompt: 'go', options: { num_predict: -1 } }, authorization),
    post('/api/embed', { model, input: ['go'] }, authorization),
    post('/auth/scoped-token', { model, max_tokens: 1000, scopes: ['llm:generate'] }, authorization),
  ];
};

const promptTokens = (requests: readonly unknown[]): number => requests.length * 2;

describe('a stolen scoped token', () => {
  it.each([
    [0, 'phi'],
    [1, 'gpt-x'],
  ])(
    'never makes more tokens than it was made for, on all paths at once (upstream %i)',
    async (which, model) => {
      const fake = fakes[which];
      const before = fake?.generated() ?? 0;
      const seen = fake?.requests.length ?? 0;
      const budget = 400;
      const token = await tokenFor(model, budget);
      const answers = await Promise.all(Array.from({ length: 8 }, () => everyPath(model, token, 20)).flat());
      const spent = (fake?.generated() ?? 0) - before;
      const statuses = new Map<number, number>();
      for (const { statusCode } of answers) statuses.set(statusCode, (statuses.get(statusCode) ?? 0) + 1);
      expect(statuses.get(200), 'some calls got through').toBeGreaterThan(0);
      expect(statuses.get(429), 'the rest did not').toBeGreaterThan(0);
      expect([...statuses.keys()].every((status) => [200, 403, 429].includes(status))).toBe(true);
      expect(spent + promptTokens(fake?.requests.slice(seen) ?? [])).toBeLessThanOrEqual(budget);
    },
  );

  it('ends with the session that made it', async () => {
    const { username } = await seedUser(database.db, app, ['researcher']);
    const login = await signIn(app, username);
    const body = { model: 'phi', max_tokens: 100, scopes: ['llm:generate'] };
    const made = await post('/auth/scoped-token', body, bearer(login));
    const { access_token: token } = made.json<{ access_token: string }>();
    const call = () =>
      post('/api/v1/llm/generate', { model: 'phi', prompt: 'go', max_tokens: 1 }, { 'x-llm-token': token });
    expect((await call()).statusCode).toBe(200);
    await app.http.app.inject({ method: 'DELETE', url: '/api/v1/me/sessions', headers: bearer(login) });
    await database.db.query(
      'UPDATE sessions SET revoked_at = now() WHERE user_id = (SELECT id FROM users WHERE username = $1)',
      [username],
    );
    await expect.poll(async () => (await call()).statusCode, { timeout: 10_000, interval: 20 }).toBe(401);
  });

  it('made with an API key works, and ends with the key', async () => {
    const made = await post('/api/v1/keys', { scopes: ['llm:generate', 'models:read'] }, bearer(user));
    const { api_key: key, id } = made.json<{ api_key: string; id: string }>();
    const body = { model: 'phi', max_tokens: 100, scopes: ['llm:generate'] };
    const token = (await post('/auth/scoped-token', body, bearer(key))).json<{ access_token: string }>()
      .access_token;
    const call = () =>
      post('/api/v1/llm/generate', { model: 'phi', prompt: 'go', max_tokens: 1 }, { 'x-llm-token': token });
    expect((await call()).statusCode).toBe(200);
    const wider = await post('/auth/scoped-token', { ...body, scopes: ['llm:embed'] }, bearer(key));
    expect(wider.statusCode).toBe(403);
    await app.http.app.inject({ method: 'DELETE', url: `/api/v1/keys/${id}`, headers: bearer(user) });
    await expect.poll(async () => (await call()).statusCode, { timeout: 10_000, interval: 20 }).toBe(401);
  });
});

describe('what was held is given back', () => {
  const failing = (status: number) => {
    fakes[0]?.behave((_request, response) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end('{"error":"no"}');
    });
  };
  it('when the model server refuses, so that the next call has the whole budget', async () => {
    const token = await tokenFor('phi', 60);
    const call = () =>
      post('/api/v1/llm/generate', { model: 'phi', prompt: 'go', max_tokens: 40 }, { 'x-llm-token': token });
    failing(400);
    for (let round = 0; round < 3; round += 1) expect((await call()).statusCode).toBe(422);
    fakes[0]?.behave(undefined);
    expect((await call()).statusCode).toBe(200);
    expect((await call()).statusCode).toBe(429);
  });
});
