import { connect, type AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../../app.ts';
import { testDatabase } from '../../testing/index.ts';
import { seedUser, signIn, stopApp, testApp } from '../../testing/app-harness.ts';
import { fakeOllama, type FakeServer } from './testing/fake-upstreams.ts';
import { bearer, poster } from './testing/served-app.ts';

const database = testDatabase();
let app: App;
let fake: FakeServer;
let token: string;
let offsetMs = 0;
const post = poster(() => app);
const messages = [{ role: 'user', content: 'go' }];
const chat = (body: object | string | Buffer) => post('/v1/chat/completions', body, bearer(token));
const clock = { nowMs: () => Date.now() + offsetMs, monotonicMs: () => performance.now() };

beforeAll(async () => {
  fake = await fakeOllama();
  app = await testApp({
    db: database.db,
    clock,
    env: {
      OLLAMA_BASE_URL: fake.url,
      GPUSHIELD_LLM_REQUESTS_PER_MINUTE: '100000',
      GPUSHIELD_LLM_TOKENS_PER_MINUTE: '100000000',
      GPUSHIELD_LLM_GPU_SECONDS_PER_HOUR: '1000000',
      GPUSHIELD_LLM_DEADLINE_SECONDS: '2',
    },
  });
  token = await signIn(app, (await seedUser(database.db, app, ['researcher'])).username);
});
afterEach(() => {
  offsetMs = 0;
  fake.behave(undefined);
});
afterAll(async () => {
  await stopApp(app);
  await fake.close();
});

describe('bad input is refused in the protocol’s form, and costs nothing', () => {
  const model = 'phi';
  it.each([
    ['negative max_tokens', { model, messages, max_tokens: -1 }, 400],
    ['huge max_tokens', { model, messages, max_tokens: 1e15 }, 400],
    ['a bomb of 32k tokens', { model, messages, max_tokens: 32_768 }, 429],
    ['an unknown model', { model: 'none', messages }, 404],
    ['no messages', { model, messages: [] }, 400],
    ['messages that are no list', { model, messages: 'go' }, 400],
    ['content of a wrong type', { model, messages: [{ role: 'user', content: 7 }] }, 400],
    [
      'a prompt beyond the limit',
      { model, messages: [{ role: 'user', content: 'x '.repeat(600_000) }] },
      413,
    ],
    ['no JSON', '{"model": "phi"', 400],
    ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 400],
    ['nested arrays', `{"model":"phi","messages":${'['.repeat(2000)}${']'.repeat(2000)}}`, 400],
    ['ten megabytes', { model, messages: [{ role: 'user', content: 'x'.repeat(10_000_000) }] }, 413],
    [
      'a body beyond the limit',
      { model, messages: [{ role: 'user', content: 'x'.repeat(17_000_000) }] },
      413,
    ],
  ])('%s', async (_what, body, status) => {
    const before = fake.requests.length;
    const answer = await chat(body);
    expect(answer.statusCode, answer.body.slice(0, 300)).toBe(status);
    expect(answer.json()).toMatchObject({
      error: { message: expect.any(String) as string, code: expect.any(String) as string },
    });
    expect(fake.requests.length).toBe(before);
  });

  it('halves of surrogate pairs reach the model as U+FFFD', async () => {
    const answer = await chat(
      '{"model":"phi","max_tokens":2,"messages":[{"role":"user","content":"a\\ud800b"}]}',
    );
    expect(answer.statusCode).toBe(200);
    expect(JSON.stringify(fake.requests.at(-1))).toContain('a\uFFFDb');
  });

  it('a token that expired by a millisecond is refused, and one that ends in a millisecond is not', async () => {
    const now = Date.now();
    const at = (ms: number) => {
      offsetMs = ms - Date.now();
    };
    at(now);
    const made = await post(
      '/auth/scoped-token',
      { model, max_tokens: 50, scopes: ['llm:generate'] },
      bearer(token),
    );
    const { access_token: scoped } = made.json<{ access_token: string }>();
    const [, payload = ''] = scoped.split('.');
    const { exp } = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as { exp: number };
    const call = () =>
      post('/api/v1/llm/generate', { model, prompt: 'go', max_tokens: 1 }, { 'x-llm-token': scoped });
    at(exp * 1000 - 500);
    expect((await call()).statusCode).toBe(200);
    at(exp * 1000 + 1);
    const late = await call();
    expect(late.statusCode).toBe(401);
    expect(late.json()).toMatchObject({ code: 'token_expired' });
  });
});

describe('model servers that misbehave', () => {
  const streamed = { model: 'phi', messages, max_tokens: 8, stream: true };
  const whole = { model: 'phi', messages, max_tokens: 8 };

  it('one that hangs: 504 after the deadline', async () => {
    fake.behave(() => undefined);
    const answer = await chat(whole);
    expect(answer.statusCode).toBe(504);
    expect(answer.json()).toMatchObject({ error: { code: 'upstream_timeout' } });
  });
  it('one that sends garbage: 502, whole and streamed', async () => {
    fake.behave((_request, response) => {
      response.end('<html>nonsense');
    });
    expect((await chat(whole)).statusCode).toBe(502);
    expect((await chat(streamed)).statusCode).toBe(502);
  });
  it('one that breaks off in mid-stream: the client is told in the stream', async () => {
    fake.behave((_request, response) => {
      response.write(`${JSON.stringify({ message: { content: 'half' }, done: false })}\n`);
      setTimeout(() => response.destroy(), 20);
    });
    const answer = await chat(streamed);
    expect(answer.statusCode).toBe(200);
    expect(answer.body).toContain('half');
    expect(answer.body).toContain('"code":"upstream_failed"');
    expect(answer.body).not.toContain('[DONE]');
  });
  it('one that drips on for ever is ended by the deadline', async () => {
    fake.behave((_request, response) => {
      const timer = setInterval(
        () => response.write(`${JSON.stringify({ message: { content: 'x' }, done: false })}\n`),
        300,
      );
      response.on('close', () => {
        clearInterval(timer);
      });
    });
    const answer = await chat({ ...streamed, max_tokens: 500 });
    expect(answer.body).toContain('upstream_timeout');
  });
  it('one that writes more than it was asked for is cut off', async () => {
    fake.behave((_request, response) => {
      for (let index = 0; index < 1000; index += 1)
        response.write(`${JSON.stringify({ message: { content: 'x' }, done: false })}\n`);
      response.end();
    });
    const answer = await chat(streamed);
    expect((answer.body.match(/"content":"x"/g) ?? []).length).toBeLessThan(40);
    expect(answer.body).toContain('"finish_reason":"length"');
  });
  it.each([
    ['nothing', 0],
    ['a billion', 1e9],
  ])('one that says it made %s: what can be true is charged', async (_what, count) => {
    fake.behave((_request, response) => {
      response.end(
        JSON.stringify({
          message: { content: 'word '.repeat(40) },
          done: true,
          prompt_eval_count: count,
          eval_count: count,
        }),
      );
    });
    const answer = await chat({ ...whole, max_tokens: 50 });
    const { usage } = answer.json<{ usage: { completion_tokens: number; prompt_tokens: number } }>();
    expect(usage.completion_tokens).toBeGreaterThan(10);
    expect(usage.completion_tokens).toBeLessThanOrEqual(200);
    expect(usage.prompt_tokens).toBeLessThan(100);
  });
});

describe('a client that goes away', () => {
  it('ends the upstream’s work, is charged, and stands in the ledger', async () => {
    let closed = false;
    fake.behave((_request, response) => {
      const timer = setInterval(
        () => response.write(`${JSON.stringify({ message: { content: 'x' }, done: false })}\n`),
        10,
      );
      response.on('close', () => {
        closed = true;
        clearInterval(timer);
      });
    });
    await app.http.app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = app.http.app.server.address() as AddressInfo;
    const body = JSON.stringify({ model: 'phi', messages, max_tokens: 5000, stream: true });
    await new Promise<void>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.write(
          `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\ncontent-length: ${String(body.length)}\r\n\r\n${body}`,
        );
      });
      socket.once('data', () => {
        socket.destroy();
        resolve();
      });
    });
    await expect.poll(() => closed, { timeout: 10_000, interval: 20 }).toBe(true);
    await expect
      .poll(
        async () => {
          const { rows } = await database.db.query<{ n: string }>(
            `SELECT count(*) AS n FROM usage_entries WHERE outcome = 'aborted' AND completion_tokens > 0 AND gpu_seconds > 0`,
          );
          return Number(rows[0]?.n);
        },
        { timeout: 10_000, interval: 50 },
      )
      .toBeGreaterThan(0);
  });
});
