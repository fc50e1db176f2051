import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../app.ts';
import type { Clock } from '../platform/clock.ts';
import type { PeriodicTask } from '../platform/leases/index.ts';
import { systemClock } from '../platform/clock.ts';
import { ensureQueue } from '../platform/queue/index.ts';
import { appOptions, seedUser, signIn, stopApp, testApp } from '../testing/app-harness.ts';
import { testDatabase } from '../testing/index.ts';
import { queuedJob } from '../testing/reservations/jobs.ts';
import { buildDomains } from './domains.ts';
import { buildPlatform, type Platform } from './platform.ts';
import { buildTracing } from './tracing.ts';

const database = testDatabase();
// A runtime would end jobs that nothing runs for.
const env = { GPUSHIELD_JOB_RUNTIME: 'off' };
const stepMs = 30_000;
const startMs = Date.now() - 3_600_000;
let nowMs = startMs;
let app: App;
let token = '';
let platform: Platform;
let compareJobs: PeriodicTask | undefined;

beforeAll(async () => {
  app = await testApp({ db: database.db, env });
  token = await signIn(app, (await seedUser(database.db, app, ['admin'])).username);
  // The same control plane once more, whose time passes as the test wants: its own task, wired as it runs.
  const clock: Clock = { ...systemClock(), nowMs: () => nowMs };
  const options = appOptions({ db: database.db, clock, env });
  await ensureQueue(database.db, 'gpu_reservations');
  platform = buildPlatform(options, (await buildTracing(options)).tracer);
  compareJobs = buildDomains(options, platform).tasks.find(({ name }) => name === 'detection-compare-jobs');
});
afterAll(async () => {
  await platform.argon2.close();
  await platform.outbound.close();
  await stopApp(app);
});

const post = async (url: string, payload: object) => {
  const headers = { authorization: `Bearer ${token}` };
  const answer = await app.http.app.inject({ method: 'POST', url, headers, payload });
  expect([answer.statusCode, answer.body]).toEqual([201, expect.any(String)]);
  return answer.json<{ id: string }>();
};

/** A node of two GPUs; answers their ids. */
const node = async (name: string): Promise<readonly string[]> => {
  const { id } = await post('/api/v1/nodes', { name, cluster_id: 'default' });
  const gpus: string[] = [];
  for (const device of ['0', '1']) {
    const uuid = `GPU-${name}-${device}`;
    const gpu = { ...{ vendor: 'nvidia', model: 'H100', device_id: device, uuid }, memory_total: 81_920 };
    gpus.push((await post(`/api/v1/nodes/${id}/gpus`, gpu)).id);
  }
  return gpus;
};

/** A running job that holds this many GPUs of each node. */
const job = async (nodes: readonly string[], gpus: number): Promise<void> => {
  const wishes = { gpuType: 'h100', gpuCount: gpus, units: gpus, nodes: nodes.length };
  const id = await queuedJob(database.db, wishes);
  await database.db.query(`UPDATE jobs SET status = 'active', started_at = now() WHERE id = $1`, [id]);
  for (const [rank, name] of nodes.entries())
    await database.db.query(
      `INSERT INTO job_allocations (job_id, rank, node, gpu_type, units, created_at) VALUES ($1, $2, $3, 'h100', $4, now())`,
      [id, rank, name, gpus],
    );
};

/** Forty minutes of work by the REST API, which names no job; the first GPU hangs after twenty. Who was told of. */
const work = async (gpus: readonly string[]): Promise<readonly unknown[]> => {
  for (let step = 0; step < 80; step += 1) {
    nowMs = startMs + step * stepMs;
    const records = gpus.map((id, n) => ({
      gpu_id: id,
      timestamp: new Date(nowMs - 1_000).toISOString(),
      metrics: { gpu_utilization: n === 0 && step >= 40 ? 0 : 95 - n, sm_clock: 1900 },
    }));
    await post('/api/v1/telemetry/records/bulk', { records });
    await compareJobs?.run(AbortSignal.timeout(60_000));
  }
  const { rows } = await database.db.query(
    `SELECT gpu_id FROM alerts WHERE fingerprint LIKE 'anomaly:job:%' AND gpu_id = ANY ($1::uuid[])`,
    [gpus],
  );
  return rows;
};

describe('the GPUs of a reservation on two nodes', () => {
  it('are compared with each other: the one that hangs is an alert, whatever way its records came', async () => {
    const gpus = [...(await node('left')), ...(await node('right'))];
    await job(['left', 'right'], 2);
    expect(await work(gpus)).toEqual([{ gpu_id: gpus[0] }]);
  }, 120_000);

  it('are not where it holds some of a node only, and nobody says which', async () => {
    const gpus = [...(await node('part-left')), ...(await node('part-right'))];
    await job(['part-left', 'part-right'], 1);
    expect(await work(gpus)).toEqual([]);
  }, 120_000);
});
