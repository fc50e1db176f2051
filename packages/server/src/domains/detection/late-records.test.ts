import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../../app.ts';
import { testDatabase } from '../../testing/index.ts';
import { seedUser, signIn, stopApp, testApp } from '../../testing/app-harness.ts';

const database = testDatabase();
const replicas: App[] = [];
let token = '';
const startMs = Date.now() - 3_600_000;

const post = async (replica: number, url: string, body: object): Promise<{ id: string }> => {
  const app = replicas[replica];
  if (app === undefined) throw new Error('There is no such replica');
  const answer = await app.http.app.inject({
    method: 'POST',
    url,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    payload: JSON.stringify(body),
  });
  expect(answer.statusCode, answer.body).toBeLessThan(300);
  return answer.json<{ id: string }>();
};

const makeGpu = async (name: string): Promise<string> => {
  const node = await post(0, '/api/v1/nodes', { name });
  const gpu = { vendor: 'nvidia', model: 'H100', device_id: '0', uuid: `GPU-${name}`, memory_total: 81_559 };
  return (await post(0, `/api/v1/nodes/${node.id}/gpus`, gpu)).id;
};

const send = (replica: number, gpuId: string, seconds: number, watts: number) =>
  post(replica, '/api/v1/telemetry/records', {
    gpu_id: gpuId,
    timestamp: new Date(startMs + seconds * 1000).toISOString(),
    metrics: { temperature: 40 + watts / 20, power_usage: watts, gpu_utilization: 50 },
  });

/** Which transaction wrote the GPU's state last. */
const writer = async (gpuId: string): Promise<string | undefined> => {
  const { rows } = await database.db.query<{ writer: string }>(
    'SELECT xmin::text AS writer FROM detection_states WHERE gpu_id = $1',
    [gpuId],
  );
  return rows[0]?.writer;
};

beforeAll(async () => {
  replicas.push(await testApp({ db: database.db }), await testApp({ db: database.db }));
  const [first] = replicas;
  if (first === undefined) throw new Error('There is no replica');
  token = await signIn(first, (await seedUser(database.db, first, ['admin'])).username);
});
afterAll(async () => {
  for (const app of replicas) await stopApp(app);
});

describe('a record that comes late', () => {
  it('has the state written where a replay would take it for news, and not where the stored state is past it', async () => {
    const gpuId = await makeGpu('written');
    await send(0, gpuId, 0, 100);
    const first = await writer(gpuId);
    await send(0, gpuId, 10, 100);
    expect(await writer(gpuId), 'a record in its turn waits for others').toBe(first);
    await send(0, gpuId, 10, 400);
    const second = await writer(gpuId);
    expect(second, 'its twin is behind the stored state').not.toBe(first);
    for (const seconds of [10, 5, 0]) await send(0, gpuId, seconds, 400);
    expect(await writer(gpuId), 'the stored state has seen all that').toBe(second);
    await send(0, gpuId, 20, 100);
    await send(0, gpuId, 15, 400);
    expect(await writer(gpuId)).not.toBe(second);
  });

  it('is learned from by no replica: the one that takes over says what one says alone', async () => {
    const gpus = [await makeGpu('alone'), await makeGpu('shared')] as const;
    // In turn, twice, and late by half a step and by many; what is not learned from would be seen in the scores.
    for (let step = 0; step < 60; step += 1)
      for (const back of [0, 0, 0.5, 9.5]) {
        const watts = back === 0 ? 200 + (step % 7) : 690;
        await send(0, gpus[0], Math.max(0, step - back) * 10, watts);
        await send(step < 30 ? 0 : 1, gpus[1], Math.max(0, step - back) * 10, watts);
      }
    const scoresOf = async (gpuId: string) => {
      const { rows } = await database.db.query<{ score: number | null }>(
        `SELECT anomaly_score AS score FROM telemetry_records WHERE gpu_id = $1 AND anomaly_score IS NOT NULL
         ORDER BY "timestamp"`,
        [gpuId],
      );
      return rows;
    };
    const alone = await scoresOf(gpus[0]);
    expect(alone).toHaveLength(60 - 12);
    expect(await scoresOf(gpus[1])).toEqual(alone);
  });
});
