import { randomUUIDv7 } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../../app.ts';
import { testDatabase } from '../../testing/index.ts';
import { seedUser, signIn, stopApp, testApp } from '../../testing/app-harness.ts';
import { trace } from './detectors/testing/traces.ts';
import { idle, miner, training, withReadings } from './detectors/testing/workloads.ts';

const database = testDatabase();
let app: App;
let other: App;
let token = '';
let viewer = '';
const startMs = Date.now() - 2 * 3_600_000;

const call = async (
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  url: string,
  body?: unknown,
  { who = token, at = app }: { who?: string; at?: App } = {},
) => {
  const answer = await at.http.app.inject({
    method,
    url,
    headers: {
      authorization: `Bearer ${who}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  });
  const parsed: unknown = answer.body === '' ? {} : answer.json();
  return { status: answer.statusCode, body: parsed as Record<string, never> };
};

const makeGpu = async (name: string): Promise<{ nodeId: string; gpuId: string }> => {
  const node = await call('POST', '/api/v1/nodes', { name });
  const nodeId = String(node.body['id']);
  const gpu = await call('POST', `/api/v1/nodes/${nodeId}/gpus`, {
    vendor: 'nvidia',
    model: 'H100',
    device_id: '0000:01:00.0',
    uuid: `GPU-${name}`,
    memory_total: 81_559,
  });
  return { nodeId, gpuId: String(gpu.body['id']) };
};

/** Ten minutes of work, then memory errors that cannot be corrected. */
const failing = withReadings(training, 600, (tS) => ({ ecc_uncorrected: Math.floor((tS - 500) / 100) }));
const send = async (gpuId: string, { workload = failing, at = app, fromS = 0, toS = 1200 } = {}) => {
  const records = trace(workload, { seconds: toS, intervalS: 10 })
    .filter(({ tS }) => tS >= fromS)
    .map(({ tS, row }) => ({
      gpu_id: gpuId,
      timestamp: new Date(startMs + tS * 1000).toISOString(),
      metrics: row,
    }));
  expect((await call('POST', '/api/v1/telemetry/records/bulk', { records }, { at })).status).toBe(201);
};

const alertsOf = async (gpuId: string) =>
  (await call('POST', '/api/v1/alerts/query', { gpu_ids: [gpuId] })).body['data'] as unknown as {
    title: string;
    severity: string;
    source: string;
  }[];

beforeAll(async () => {
  app = await testApp({ db: database.db });
  other = await testApp({ db: database.db });
  token = await signIn(app, (await seedUser(database.db, app, ['admin'])).username);
  viewer = await signIn(app, (await seedUser(database.db, app, ['viewer'])).username);
});
afterAll(async () => {
  await stopApp(app);
  await stopApp(other);
});

describe('a GPU that fails', () => {
  it('has one alert, a finding, and an explanation in words', async () => {
    const { gpuId } = await makeGpu('fails');
    await send(gpuId);
    expect(await alertsOf(gpuId)).toEqual([
      expect.objectContaining({
        title: 'Memory errors on H100 (0000:01:00.0) of fails',
        severity: 'high',
        source: 'anomaly',
      }),
    ]);
    const findings = await call('GET', `/api/v1/detection/findings?gpu_id=${gpuId}&active=true&limit=1`);
    expect(findings.body['data']).toMatchObject([
      { family: 'memory', detectors: ['ecc_errors'], gpu_name: 'H100 (0000:01:00.0)', node_name: 'fails' },
    ]);
    const explained = await call('GET', `/api/v1/detection/gpus/${gpuId}`);
    expect(explained.body).toMatchObject({
      judged: true,
      threshold: 0.7,
      baseline: { power_limit: 700 },
      latest: {
        anomaly_score: 1,
        reasons: [{ detector: 'ecc_errors', text: expect.stringContaining('could not be corrected') }],
      },
      findings: [{ family: 'memory', active: true }],
    });
  });

  it('is quiet while it is switched off, on every replica, and speaks when it is switched on', async () => {
    const { gpuId, nodeId } = await makeGpu('switched');
    const url = `/api/v1/detection/switches/node/${nodeId}`;
    expect((await call('PUT', url, { enabled: false })).status).toBe(200);
    await expect
      .poll(
        async () => (await call('GET', `/api/v1/detection/gpus/${gpuId}`, undefined, { at: other })).body,
        {
          timeout: 10_000,
        },
      )
      .toMatchObject({ judged: false, why_not: 'switched off' });
    await send(gpuId, { at: other, toS: 900 });
    expect(await alertsOf(gpuId)).toEqual([]);
    expect((await call('GET', '/api/v1/detection/switches')).body['data']).toMatchObject([
      { target: 'node', id: nodeId, enabled: false },
    ]);
    expect((await call('DELETE', url)).status).toBe(204);
    expect((await call('DELETE', url)).status).toBe(404);
    await expect
      .poll(
        async () => (await call('GET', `/api/v1/detection/gpus/${gpuId}`, undefined, { at: other })).body,
        {
          timeout: 10_000,
        },
      )
      .toMatchObject({ judged: true });
    await send(gpuId, { at: other, fromS: 900 });
    expect(await alertsOf(gpuId)).toHaveLength(1);
  });

  it('is quiet about one detector that is switched off for it', async () => {
    const { gpuId } = await makeGpu('one-off');
    const url = `/api/v1/detection/switches/gpu/${gpuId}`;
    expect((await call('PUT', url, { detectors_off: ['ecc_errors'] })).status).toBe(200);
    await expect
      .poll(async () => (await call('GET', `/api/v1/detection/gpus/${gpuId}`)).body, { timeout: 10_000 })
      .toMatchObject({ detectors_off: ['ecc_errors'] });
    await send(gpuId);
    expect(await alertsOf(gpuId)).toEqual([]);
  });

  it('is quiet in a maintenance window, and not after its end', async () => {
    const { gpuId } = await makeGpu('maintained');
    const window = {
      target: 'gpu',
      target_id: gpuId,
      reason: 'memory test',
      starts_at: new Date(startMs).toISOString(),
      ends_at: new Date(startMs + 900_000).toISOString(),
    };
    const made = await call('POST', '/api/v1/detection/maintenance', window);
    expect(made.status).toBe(201);
    await send(gpuId, { toS: 890 });
    expect(await alertsOf(gpuId)).toEqual([]);
    await send(gpuId, { fromS: 900 });
    expect(await alertsOf(gpuId)).toHaveLength(1);
    expect((await call('GET', '/api/v1/detection/maintenance')).body['data']).toHaveLength(1);
    const end = `/api/v1/detection/maintenance/${String(made.body['id'])}`;
    expect((await call('DELETE', end)).body).toMatchObject({ ends_at: window.ends_at });
  });
});

describe('a node without a sensor', () => {
  it('is online while records of its GPUs come, whatever brings them, and offline when none came for long', async () => {
    const { gpuId, nodeId } = await makeGpu('exported');
    const node = async () => (await call('GET', `/api/v1/nodes/${nodeId}`)).body;
    const listed = async (status: string) =>
      (await call('GET', `/api/v1/nodes?name=exported&status=${status}`)).body['data'];
    expect(await node()).toMatchObject({ status: 'unknown', last_seen_at: null });
    expect(await listed('unknown')).toHaveLength(1);
    await send(gpuId, { workload: idle, toS: 30 });
    expect(await node()).toMatchObject({ status: 'online', last_seen_at: expect.any(String) });
    expect([await listed('online'), await listed('unknown')]).toMatchObject([[{ id: nodeId }], []]);
    await database.db.query(
      `UPDATE detection_heads SET heard_at = now() - interval '6 minutes' WHERE node_id = $1`,
      [nodeId],
    );
    expect(await node()).toMatchObject({ status: 'offline', last_seen_at: expect.any(String) });
    expect([await listed('offline'), await listed('online')]).toMatchObject([[{ id: nodeId }], []]);
  });
});

describe('an attack on several GPUs of a node', () => {
  it('is one alert that names them all', async () => {
    const node = await call('POST', '/api/v1/nodes', { name: 'mined' });
    const gpuIds: string[] = [];
    for (const index of [0, 1]) {
      const gpu = await call('POST', `/api/v1/nodes/${String(node.body['id'])}/gpus`, {
        vendor: 'nvidia',
        model: 'H100',
        device_id: `0000:0${index}:00.0`,
        uuid: `GPU-mined-${index}`,
        memory_total: 81_559,
      });
      gpuIds.push(String(gpu.body['id']));
    }
    const [first = '', second = ''] = gpuIds;
    await send(first, { workload: miner(0.9, 600), toS: 3600 });
    await send(second, { workload: miner(0.9, 600), toS: 3600 });
    const { rows } = await database.db.query<{ evidence: { gpu_ids: string[] } }>(
      `SELECT evidence FROM alerts WHERE source = 'anomaly' AND node_id = $1`,
      [node.body['id']],
    );
    expect(rows.map(({ evidence }) => evidence.gpu_ids)).toEqual([[first, second]]);
  });
});

describe('refusals', () => {
  it('an honest GPU has no finding', async () => {
    const { gpuId } = await makeGpu('honest');
    await send(gpuId, { workload: idle });
    const { body } = await call('GET', `/api/v1/detection/gpus/${gpuId}`);
    expect(body).toMatchObject({ findings: [], latest: { anomaly_score: 0, reasons: [] } });
  });

  it.each([
    ['GET', `/api/v1/detection/gpus/${randomUUIDv7()}`, undefined, 404],
    ['PUT', `/api/v1/detection/switches/node/${randomUUIDv7()}`, {}, 404],
    ['PUT', `/api/v1/detection/switches/fleet/${randomUUIDv7()}`, {}, 404],
    [
      'PUT',
      `/api/v1/detection/switches/fleet/00000000-0000-0000-0000-000000000000`,
      { detectors_off: ['no'] },
      422,
    ],
    ['DELETE', `/api/v1/detection/maintenance/${randomUUIDv7()}`, undefined, 404],
    [
      'POST',
      '/api/v1/detection/maintenance',
      { target: 'fleet', reason: 'x', ends_at: '2020-01-01T00:00:00Z' },
      422,
    ],
    [
      'POST',
      '/api/v1/detection/maintenance',
      { target: 'node', reason: 'x', ends_at: new Date(Date.now() + 60_000).toISOString() },
      422,
    ],
    ['GET', '/api/v1/detection/findings?cursor=x', undefined, 400],
  ] as const)('%s %s with %j is %i', async (method, url, body, status) => {
    expect((await call(method, url, body)).status).toBe(status);
  });

  it('who may only read changes nothing', async () => {
    const body = { target: 'fleet', reason: 'x', ends_at: new Date(Date.now() + 60_000).toISOString() };
    expect((await call('POST', '/api/v1/detection/maintenance', body, { who: viewer })).status).toBe(403);
    expect((await call('GET', '/api/v1/detection/detectors', undefined, { who: viewer })).status).toBe(200);
  });
});
