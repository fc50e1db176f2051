import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../../app.ts';
import { seedUser, signIn, stopApp, testApp } from '../../testing/app-harness.ts';
import { testDatabase } from '../../testing/index.ts';
import type { AlertsPort } from '../alerts/index.ts';
import { calmFindings } from './xid-watch.ts';

const database = testDatabase();
let app: App;
let token = '';
let nodeId = '';
let gpuId = '';

const call = async (method: 'GET' | 'POST' | 'PUT', url: string, body?: object) => {
  const answer = await app.http.app.inject({
    method,
    url,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  });
  expect(answer.statusCode, answer.body).toBeLessThan(300);
  return answer.json<Record<string, unknown>>();
};
const makeGpu = async () => {
  nodeId = String((await call('POST', '/api/v1/nodes', { name: `xid-${randomUUID()}` }))['id']);
  const gpu = { vendor: 'nvidia', model: 'H100', device_id: '0000:3b:00.0', memory_total: 81_559 };
  gpuId = String(
    (await call('POST', `/api/v1/nodes/${nodeId}/gpus`, { ...gpu, uuid: `GPU-${randomUUID()}` }))['id'],
  );
};
const hourMs = 3_600_000;
const startMs = Date.now() - 5 * hourMs;
/** `[minutes, code, severity]`, reported together. */
const report = (...xids: readonly (readonly [number, number, string])[]) =>
  call('POST', '/api/v1/security-events', {
    records: xids.map(([minutes, code, severity]) => ({
      node_id: nodeId,
      gpu_id: gpuId,
      event_type: 'gpu.xid',
      severity,
      title: `Xid ${String(code)}`,
      timestamp: new Date(startMs + minutes * 60_000).toISOString(),
      evidence: { code },
    })),
  });
const alerts = async () => {
  const { data } = await call('POST', '/api/v1/alerts/query', { node_ids: [nodeId] });
  return data as { id: string; title: string; severity: string; source: string; fingerprint: string }[];
};
const findings = async () => {
  const { data } = await call('GET', `/api/v1/detection/findings?gpu_id=${gpuId}`);
  return data as { active: boolean; detectors: string[]; alert_id: string; reasons: { text: string }[] }[];
};

beforeAll(async () => {
  app = await testApp({ db: database.db });
  token = await signIn(app, (await seedUser(database.db, app, ['admin'])).username);
});
afterAll(() => stopApp(app));

describe('Xids of a GPU', () => {
  it('of failed hardware have one alert, which the finding shows with its reason', async () => {
    await makeGpu();
    await report([0, 79, 'high'], [0, 13, 'low']);
    const [alert, ...others] = await alerts();
    expect(others).toEqual([]);
    expect(alert).toMatchObject({
      source: 'xid',
      severity: 'high',
      fingerprint: `xid:${nodeId}:${gpuId}:79`,
    });
    expect(await findings()).toMatchObject([
      {
        active: true,
        detectors: ['xid_hardware'],
        alert_id: alert?.id,
        reasons: [{ text: 'Xid 79 (GPU has fallen off the bus): the GPU is not to be trusted with work' }],
      },
    ]);
  });

  it('of a program that fails again and again have an alert that no one of them has', async () => {
    await makeGpu();
    for (const minutes of [0, 10, 20]) await report([minutes, 31, 'low'], [minutes, 31, 'low']);
    expect(await alerts()).toEqual([]);
    await report([30, 31, 'low']);
    await report([40, 31, 'low']);
    const [alert, ...others] = await alerts();
    expect(others).toEqual([]);
    expect(alert).toMatchObject({
      source: 'anomaly',
      severity: 'medium',
      title: expect.stringMatching(
        /^A program that keeps failing on H100 \(0000:3b:00.0\) of xid-/,
      ) as string,
      occurrences: 2,
    });
    expect(await findings()).toMatchObject([{ detectors: ['xid_application'], alert_id: alert?.id }]);
  });

  it('of two kinds are one finding, of the graver one’s alert, and old news raises nothing again', async () => {
    await makeGpu();
    await report([0, 79, 'high']);
    const [first] = await alerts();
    await report(...[10, 20, 30, 40].map((minutes) => [minutes, 43, 'low'] as const));
    expect((await alerts()).map(({ source }) => source).toSorted()).toEqual(['anomaly', 'xid']);
    expect(await findings()).toMatchObject([
      { detectors: ['xid_hardware', 'xid_application'], alert_id: first?.id },
    ]);
  });

  it('that a reporter plays down are judged by their code', async () => {
    await makeGpu();
    await report([0, 137, 'info']);
    expect(await alerts()).toMatchObject([{ source: 'anomaly', severity: 'critical' }]);
  });

  it('are not judged where detection, or this detector, is switched off', async () => {
    await makeGpu();
    const off = { detectors_off: ['xid_hardware'] };
    await call('PUT', `/api/v1/detection/switches/gpu/${gpuId}`, off);
    const explained = () => call('GET', `/api/v1/detection/gpus/${gpuId}`);
    await expect.poll(explained, { timeout: 10_000 }).toMatchObject(off);
    await report([0, 79, 'high']);
    expect(await findings()).toEqual([]);
    // The event's own alert does not hang on detection.
    expect(await alerts()).toHaveLength(1);
  });

  it('end when they are out of their window, and their alert says so', async () => {
    await makeGpu();
    await report([0, 79, 'high']);
    const notes: string[] = [];
    const port = { note: (_tx: unknown, id: string) => Promise.resolve(notes.push(id) > 0) };
    const calm = (nowMs: number) =>
      database.db.transaction((tx) => calmFindings(port as unknown as AlertsPort, tx, nowMs));
    await calm(startMs + 23 * hourMs);
    expect(await findings()).toMatchObject([{ active: true }]);
    await calm(startMs + 25 * hourMs);
    expect(await findings()).toMatchObject([{ active: false, detectors: [] }]);
    expect(notes).toContain((await alerts())[0]?.id);
  });
});
