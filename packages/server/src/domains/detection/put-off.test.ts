import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../../app.ts';
import { seedUser, signIn, stopApp, testApp } from '../../testing/app-harness.ts';
import { testDatabase } from '../../testing/index.ts';
import { trace } from './detectors/testing/traces.ts';
import { training, withReadings } from './detectors/testing/workloads.ts';
import type { NodeMemory } from './node-memory.ts';
import { maxToldAtOnce, tellNow } from './put-off.ts';
import type { Finding } from './step-record.ts';

const nodeOf = (untold: Finding[] = []): NodeMemory => ({
  ...{ nodeId: 'n', token: '', gpus: new Map(), latestMs: 0, latestGpu: '', sharedUntilMs: 0, writeAtMs: 0 },
  untold,
});
const finding = (gpuId: string, turn: Finding['turn'], timestampMs = 0): Finding => ({
  ...{ nodeId: 'n', gpuId, turn, detector: 'ecc_errors', score: 1, timestampMs, reasons: [] },
});

describe('what people are told of', () => {
  it('comes in the order in which it began, so many at once, each once', () => {
    const node = nodeOf();
    const held = new Map([['n', node]]);
    const told = (fresh: readonly Finding[]) => tellNow(held, fresh, 2).map(({ gpuId }) => gpuId);
    expect(told(['a', 'b', 'c', 'd', 'e'].map((gpu) => finding(gpu, 'began')))).toEqual(['a', 'b']);
    expect(told([finding('f', 'began'), finding('c', 'goes_on')])).toEqual(['c', 'd']);
    expect(told([])).toEqual(['e', 'f']);
    expect(told([])).toEqual([]);
    expect(node.untold).toEqual([]);
  });

  it('is what is over at once, and never what was over before it was told', () => {
    const node = nodeOf([finding('a', 'began'), finding('b', 'began')]);
    const told = tellNow(new Map([['n', node]]), [finding('b', 'ended'), finding('c', 'ended')], 1);
    expect(told.map(({ gpuId, turn }) => [gpuId, turn])).toEqual([
      ['b', 'ended'],
      ['c', 'ended'],
      ['a', 'began'],
    ]);
    expect(node.untold).toEqual([]);
  });
});

describe('a fleet in trouble all at once', () => {
  const database = testDatabase();
  const gpus = maxToldAtOnce + 8;
  const startMs = Date.now() - 3_600_000;
  const failing = withReadings(training, 600, (tS) => ({ ecc_uncorrected: Math.floor((tS - 500) / 100) }));
  const rows = trace(failing, { seconds: 750, intervalS: 10 });
  let app: App;
  let token = '';
  const post = async (url: string, body: object): Promise<string> => {
    const answer = await app.http.app.inject({
      method: 'POST',
      url,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      payload: JSON.stringify(body),
    });
    expect(answer.statusCode, answer.body).toBe(201);
    return String(answer.json<Record<string, unknown>>()['id']);
  };
  beforeAll(async () => {
    app = await testApp({ db: database.db });
    token = await signIn(app, (await seedUser(database.db, app, ['admin'])).username);
  });
  afterAll(() => stopApp(app));

  it('has no request wait for all of its alerts, and every GPU’s alert with the records that follow', async () => {
    const nodeId = await post('/api/v1/nodes', { name: 'large' });
    const gpuIds: string[] = [];
    for (let slot = 0; slot < gpus; slot += 1) {
      const gpu = {
        vendor: 'nvidia',
        model: 'H100',
        device_id: `0000:${String(slot)}`,
        memory_total: 81_559,
      };
      gpuIds.push(await post(`/api/v1/nodes/${nodeId}/gpus`, { ...gpu, uuid: `GPU-large-${String(slot)}` }));
    }
    const send = (some: typeof rows) =>
      post('/api/v1/telemetry/records/bulk', {
        records: some.flatMap(({ tS, row }) =>
          gpuIds.map((gpuId) => ({
            ...{ gpu_id: gpuId, timestamp: new Date(startMs + tS * 1000).toISOString(), metrics: row },
          })),
        ),
      });
    const raised = async () =>
      (await database.db.query<{ n: number }>('SELECT count(*)::int AS n FROM alerts')).rows[0]?.n;
    await send(rows.slice(0, -1));
    expect(await raised()).toBe(maxToldAtOnce);
    await send(rows.slice(-1));
    expect(await raised()).toBe(gpus);
  });
});
