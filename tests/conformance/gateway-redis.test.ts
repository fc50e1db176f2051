import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../../packages/server/src/app.ts';
import {
  fakeOllama,
  type FakeServer,
} from '../../packages/server/src/domains/inference/testing/fake-upstreams.ts';
import { seedUser, signIn, stopApp, testApp } from '../../packages/server/src/testing/app-harness.ts';
import { testDatabase } from '../../packages/server/src/testing/index.ts';
import { hasRedis, startRedis, type RedisServer } from './redis-server.ts';

const present = hasRedis();

describe.skipIf(!present)('a scoped token’s budget over two replicas', () => {
  const database = testDatabase();
  let redis: RedisServer;
  let model: FakeServer;
  let replicas: readonly App[];
  let user: string;

  const post = (app: App, url: string, payload: object, token: string) =>
    app.http.app.inject({ method: 'POST', url, payload, headers: { authorization: `Bearer ${token}` } });

  beforeAll(async () => {
    redis = await startRedis();
    model = await fakeOllama();
    const env = {
      REDIS_URL: redis.url,
      OLLAMA_BASE_URL: model.url,
      GPUSHIELD_LLM_REQUESTS_PER_MINUTE: '1000000',
      GPUSHIELD_LLM_TOKENS_PER_MINUTE: '1000000',
    };
    const { db } = database;
    replicas = [await testApp({ db, env }), await testApp({ db, env })];
    const [first] = replicas;
    if (first !== undefined) user = await signIn(first, (await seedUser(db, first, ['researcher'])).username);
  });
  afterAll(async () => {
    for (const app of replicas) await stopApp(app);
    await model.close();
    await redis.stop();
  });

  const scoped = async (maxTokens: number): Promise<string> => {
    const [first] = replicas;
    if (first === undefined) throw new Error('There are two replicas');
    const body = { model: 'phi', max_tokens: maxTokens, scopes: ['llm:generate'] };
    return (await post(first, '/auth/scoped-token', body, user)).json<{ access_token: string }>()
      .access_token;
  };
  /** So many calls at both replicas, some at once; the statuses. */
  const load = async (
    token: string,
    calls: number,
    during: () => Promise<void>,
  ): Promise<readonly number[]> => {
    const statuses: number[] = [];
    const ask = async (index: number): Promise<void> => {
      const app = replicas[index % replicas.length];
      if (app === undefined) return;
      const body = { model: 'phi', prompt: 'go', max_tokens: 8 };
      statuses.push((await post(app, '/api/v1/llm/generate', body, token)).statusCode);
    };
    for (let done = 0; done < calls; done += 8) {
      await Promise.all(Array.from({ length: 8 }, (_, index) => ask(done + index)));
      if (done === 8) await during();
    }
    return statuses;
  };

  it('is one budget, not one for each', async () => {
    const before = model.generated();
    const statuses = await load(await scoped(200), 80, () => Promise.resolve());
    expect(statuses).toContain(200);
    expect(statuses).toContain(429);
    expect(model.generated() - before).toBeLessThanOrEqual(200);
  });

  it('is not exceeded when Redis goes away in mid-load, nor when it comes back empty', async () => {
    const before = model.generated();
    const token = await scoped(400);
    const away = await load(token, 160, () => redis.kill());
    await redis.restart();
    const statuses = [...away, ...(await load(token, 80, () => Promise.resolve()))];
    expect(statuses).toContain(200);
    expect(statuses.every((status) => status === 200 || status === 429)).toBe(true);
    expect(model.generated() - before).toBeLessThanOrEqual(400);
  });
});
