import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../../app.ts';
import { testDatabase } from '../../testing/index.ts';
import { seedUser, signIn, stopApp, testApp } from '../../testing/app-harness.ts';
import { fakeOllama, type FakeServer } from './testing/fake-upstreams.ts';
import { bearer, poster } from './testing/served-app.ts';

const database = testDatabase();
let app: App;
let ollama: FakeServer;
let folder: string;
const post = poster(() => app);
const messages = [{ role: 'user', content: 'go' }];
const userTokens = 500;
/** It stands still for the windows: what leaks out of them on a slow machine would let more through. */
const clock = { nowMs: () => Date.now(), monotonicMs: () => 1_000_000 };

beforeAll(async () => {
  ollama = await fakeOllama();
  folder = await mkdtemp(join(tmpdir(), 'gpushield-models-'));
  const entry = (name: string, more: string): string =>
    `  - { name: ${name}, targets: [{ upstream: ollama, model: ${name} }], max_output_tokens: 400, ${more} }\n`;
  await writeFile(
    join(folder, 'models.yaml'),
    `models:\n${entry('few', 'limits: { requests_per_minute: 3 }')}${entry('short', 'limits: { tokens_per_minute: 120 }')}${entry('costly', 'gpu_share: 4, limits: { gpu_seconds_per_hour: 41 }')}${entry('plain', 'gpu_share: 1')}`,
  );
  app = await testApp({
    db: database.db,
    clock,
    env: {
      OLLAMA_BASE_URL: ollama.url,
      GPUSHIELD_MODELS_FILE: join(folder, 'models.yaml'),
      GPUSHIELD_LLM_REQUESTS_PER_MINUTE: '40',
      GPUSHIELD_LLM_TOKENS_PER_MINUTE: String(userTokens),
      GPUSHIELD_LLM_DEADLINE_SECONDS: '10',
    },
  });
});
afterEach(() => {
  ollama.behave(undefined);
});
afterAll(async () => {
  await stopApp(app);
  await ollama.close();
  await rm(folder, { recursive: true, force: true });
});

const someone = async (): Promise<Record<string, string>> =>
  bearer(await signIn(app, (await seedUser(database.db, app, ['researcher'])).username));

/** The routes of each protocol: no window is one route's own. */
const paths: readonly ((model: string, max: number) => readonly [string, object])[] = [
  (model, max) => ['/v1/chat/completions', { model, messages, max_tokens: max }],
  (model, max) => ['/v1/completions', { model, prompt: 'go', max_tokens: max, stream: true }],
  (model, max) => ['/v1/responses', { model, input: 'go', max_output_tokens: max }],
  (model, max) => ['/api/chat', { model, messages, options: { num_predict: max } }],
  (model, max) => ['/api/generate', { model, prompt: 'go', stream: false, options: { num_predict: max } }],
  (model, max) => ['/api/v1/llm/generate', { model, prompt: 'go', max_tokens: max }],
];

/** So many calls over all paths at once; how many were answered and refused. */
const storm = async (who: readonly Record<string, string>[], model: string, max: number, calls: number) => {
  const statuses = await Promise.all(
    Array.from({ length: calls }, async (_, index) => {
      const path = paths[index % paths.length];
      const headers = who[index % who.length];
      if (path === undefined || headers === undefined) throw new Error('There are some');
      const [url, body] = path(model, max);
      return (await post(url, body, headers)).statusCode;
    }),
  );
  expect(new Set(statuses)).toEqual(new Set([200, 429]));
  return statuses.filter((status) => status === 200).length;
};

describe('a window of a model', () => {
  it('counts the requests of all users together', async () => {
    const who = [await someone(), await someone(), await someone()];
    expect(await storm(who, 'few', 1, 24)).toBe(3);
  });

  it('counts the tokens of all users together', async () => {
    const who = [await someone(), await someone()];
    const before = ollama.generated();
    await storm(who, 'short', 20, 24);
    expect(ollama.generated() - before).toBeLessThanOrEqual(120);
  });

  it('counts GPU-seconds by its share, from the model server’s own durations', async () => {
    const who = await someone();
    // 5 s of work on 4 GPUs a call; 40 are held while it runs, so that they go one after the other.
    ollama.behave((_request, response) => {
      const told = { prompt_eval_duration: 1e9, eval_duration: 4e9, prompt_eval_count: 2, eval_count: 1 };
      response.end(JSON.stringify({ message: { content: 'fine' }, done: true, ...told }));
    });
    const call = () => post('/v1/chat/completions', { model: 'costly', messages, max_tokens: 1 }, who);
    expect((await call()).statusCode).toBe(200);
    const second = await call();
    expect(second.statusCode, '20 of 41 are used, and 40 would be held').toBe(429);
    expect(second.headers['retry-after']).toBeDefined();
  });
});

describe('a window of a user', () => {
  it('counts tokens over all paths, and no other user’s', async () => {
    const [ann, bob] = [await someone(), await someone()];
    const before = ollama.generated();
    await storm([ann], 'plain', 60, 30);
    expect(ollama.generated() - before).toBeLessThanOrEqual(userTokens);
    expect((await post('/api/chat', { model: 'plain', messages, stream: false }, bob)).statusCode).toBe(200);
  });

  it('gives back what a failed call held: nothing of it was used', async () => {
    const ann = await someone();
    const call = () => post('/v1/chat/completions', { model: 'plain', messages, max_tokens: 300 }, ann);
    ollama.behave((_request, response) => {
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end('{"error":"no"}');
    });
    for (let round = 0; round < 4; round += 1) expect((await call()).statusCode).toBe(400);
    ollama.behave(undefined);
    expect((await call()).statusCode).toBe(200);
    expect((await call()).statusCode).toBe(429);
  });

  it('counts requests over all paths', async () => {
    expect(await storm([await someone()], 'plain', 1, 60)).toBe(40);
  });
});
