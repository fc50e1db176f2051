import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../../app.ts';
import { seedUser, signIn, stopApp, testApp } from '../../testing/app-harness.ts';
import { testDatabase } from '../../testing/index.ts';
import { metricsDocument, type TestMetric } from '../otlp/testing/otlp-encoder.ts';
import { createCompareJobs } from './compare-jobs.ts';
import type { Finding } from './step-record.ts';

const database = testDatabase();
const stepMs = 30_000;
const startMs = Date.now() - 3_600_000;
let app: App;
let token = '';

beforeAll(async () => {
  app = await testApp({ db: database.db });
  token = await signIn(app, (await seedUser(database.db, app, ['admin'])).username);
});
afterAll(() => stopApp(app));

/** One export: four nodes with a GPU each; `utilizationOf` by node. */
const send = async (
  prefix: string,
  atMs: number,
  job: (n: number) => string,
  utilizationOf: (n: number) => number,
) => {
  for (let n = 0; n < 4; n += 1) {
    const labels = {
      UUID: `GPU-${prefix}-${String(n)}`,
      Hostname: `${prefix}-${String(n)}`,
      hpc_job: job(n),
    };
    const metrics: TestMetric[] = [
      { name: 'DCGM_FI_DEV_GPU_UTIL', value: utilizationOf(n), at: new Date(atMs), labels },
      { name: 'DCGM_FI_DEV_SM_CLOCK', value: 1900, at: new Date(atMs), labels },
    ];
    const answer = await app.http.app.inject({
      method: 'POST',
      url: '/v1/metrics',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      payload: JSON.stringify(metricsDocument({}, metrics)),
    });
    expect([answer.statusCode, answer.body]).toEqual([200, '{}']);
  }
};

/** Lets an hour of a job pass, whose first GPU hangs after twenty minutes; who was told of. */
const run = async (prefix: string, job: (n: number) => string) => {
  const told: Finding[] = [];
  let nowMs = startMs;
  const task = createCompareJobs({
    ...{ db: database.db, threshold: 0.7, clock: { nowMs: () => nowMs } },
    rules: {
      current: () =>
        Promise.resolve({ rules: { switches: new Map(), maintenance: new Map() }, generation: 0 }),
    },
    tell: (_tx, findings) => Promise.resolve(void told.push(...findings)),
  });
  for (let step = 0; step < 80; step += 1) {
    nowMs = startMs + step * stepMs;
    await send(prefix, nowMs - 1_000, job, (n) => (n === 0 && step >= 40 ? 0 : 95 - n));
    // The memory of what was written goes by the server's clock, and this hour passes in seconds.
    await database.db.query('UPDATE gpu_jobs SET seen_at = $1', [new Date(nowMs)]);
    await task.run(AbortSignal.timeout(60_000));
  }
  const { rows } = await database.db.query<{ id: string; uuid: string }>('SELECT id, uuid FROM gpus');
  const uuids = new Map(rows.map(({ id, uuid }) => [id, uuid]));
  return told.map(({ gpuId, turn, detector }) => [uuids.get(gpuId), turn, detector]);
};

describe('GPUs of one job on several nodes, known by the label of their telemetry', () => {
  it('are compared with each other: the one that hangs is told of', async () => {
    const told = await run('one', () => '4711');
    expect(told[0]).toEqual(['GPU-one-0', 'began', 'job_divergence']);
    expect(new Set(told.map(([uuid]) => uuid))).toEqual(new Set(['GPU-one-0']));
  }, 120_000);

  it('are not compared where they work for jobs of their own', async () => {
    expect(await run('own', (n) => `job-${String(n)}`)).toEqual([]);
  }, 120_000);
});
