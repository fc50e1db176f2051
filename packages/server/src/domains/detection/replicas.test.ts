import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../../app.ts';
import { testDatabase } from '../../testing/index.ts';
import { seedUser, signIn, stopApp, testApp } from '../../testing/app-harness.ts';
import { trace, type Row } from './detectors/testing/traces.ts';
import { miner, training } from './detectors/testing/workloads.ts';

const database = testDatabase();
const apps: App[] = [];
let token = '';

const start = async (): Promise<App> => {
  const app = await testApp({ db: database.db });
  apps.push(app);
  return app;
};
const appAt = (index: number): App => {
  const app = apps[index];
  if (app === undefined) throw new Error('There is no such replica');
  return app;
};

const call = async <T>(app: App, method: 'GET' | 'POST', url: string, body?: unknown): Promise<T> => {
  const answer = await app.http.app.inject({
    method,
    url,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  });
  expect(answer.statusCode, answer.body).toBeLessThan(300);
  return answer.json<T>();
};

const makeNode = async (name: string): Promise<readonly string[]> => {
  const node = await call<{ id: string }>(appAt(0), 'POST', '/api/v1/nodes', { name });
  const gpus: string[] = [];
  for (let index = 0; index < 4; index += 1) {
    const gpu = await call<{ id: string }>(appAt(0), 'POST', `/api/v1/nodes/${node.id}/gpus`, {
      vendor: 'nvidia',
      model: 'H100',
      device_id: `0000:0${index}:00.0`,
      uuid: `GPU-${name}-${index}`,
      memory_total: 81_559,
    });
    gpus.push(gpu.id);
  }
  return gpus;
};

const intervalS = 10;
const startMs = Date.now() - 3 * 3_600_000;
/** One GPU is taken over after half an hour, the others train. */
const traces = [0, 1, 2, 3].map((gpu) =>
  trace(gpu === 2 ? miner(0.9, 1800) : training, { seconds: 2 * 3600, intervalS, seed: gpu + 1 }),
);
const steps = traces[0]?.length ?? 0;
const chunk = 10;

const recordsAt = (gpus: readonly string[], from: number): object[] =>
  traces
    .flatMap((rows, gpu) =>
      rows.slice(from, from + chunk).map(({ tS, row }: { tS: number; row: Row }) => ({
        gpu_id: gpus[gpu],
        timestamp: new Date(startMs + tS * 1000).toISOString(),
        metrics: row,
      })),
    )
    .sort((a, b) => (a.timestamp < b.timestamp ? -1 : 1));

interface Seen {
  readonly scores: readonly (readonly (number | null)[])[];
  readonly alerts: readonly object[];
}

const whatWasSaid = async (gpus: readonly string[]): Promise<Seen> => {
  const scores: (number | null)[][] = [];
  for (const gpu of gpus) {
    const { rows } = await database.db.query<{ anomaly_score: number | null }>(
      'SELECT anomaly_score FROM telemetry_records WHERE gpu_id = $1 ORDER BY "timestamp"',
      [gpu],
    );
    scores.push(rows.map(({ anomaly_score: score }) => score));
  }
  const { rows: alerts } = await database.db.query(
    `SELECT severity, occurrences, description, first_seen_at, last_seen_at, array_position($1::uuid[], gpu_id) AS gpu
     FROM alerts WHERE gpu_id = ANY ($1) ORDER BY created_at`,
    [gpus],
  );
  return { scores, alerts };
};

beforeAll(async () => {
  await start();
  await start();
  token = await signIn(appAt(0), (await seedUser(database.db, appAt(0), ['admin'])).username);
});
afterAll(async () => {
  for (const app of apps) await stopApp(app);
});

describe('replicas', () => {
  it('that judge a node in turn, one of them restarted in the middle, say what one server says, to the bit', async () => {
    const alone = await makeNode('alone');
    const shared = await makeNode('shared');
    for (let from = 0; from < steps; from += chunk) {
      const turn = from / chunk;
      if (turn === Math.floor(steps / chunk / 2)) {
        const [stopped] = apps.splice(1, 1);
        if (stopped !== undefined) await stopApp(stopped);
        await start();
      }
      await call(appAt(0), 'POST', '/api/v1/telemetry/records/bulk', { records: recordsAt(alone, from) });
      // Some times in turn, some times in a row: states are read from the other, and learned again from records.
      const replica = turn % 7 < 3 ? turn % 2 : Math.floor(turn / 7) % 2;
      await call(appAt(replica), 'POST', '/api/v1/telemetry/records/bulk', {
        records: recordsAt(shared, from),
      });
    }
    const one = await whatWasSaid(alone);
    const two = await whatWasSaid(shared);
    expect(one.alerts).toHaveLength(1);
    expect(one.alerts[0]).toMatchObject({
      severity: 'high',
      gpu: 3,
      description: expect.stringMatching(/Power \d+ W on a plateau for .* the signature of cryptomining/),
    });
    expect(two).toEqual(one);
  });

  it('at once: concurrent records of one node are judged one after the other, and none is lost', async () => {
    const gpus = await makeNode('concurrent');
    const one = (step: number, gpu: number) => ({
      gpu_id: gpus[gpu],
      timestamp: new Date(startMs + step * 10_000).toISOString(),
      metrics: traces[gpu]?.[step]?.row ?? {},
    });
    for (let step = 0; step < 40; step += 1)
      await Promise.all(
        gpus.map((_, gpu) => call(appAt(gpu % 2), 'POST', '/api/v1/telemetry/records', one(step, gpu))),
      );
    const { rows } = await database.db.query<{ judged: string; records: string }>(
      `SELECT count(anomaly_score) AS judged, count(*) AS records FROM telemetry_records
       WHERE gpu_id = ANY ($1)`,
      [gpus],
    );
    expect(Number(rows[0]?.records)).toBe(160);
    // The first twelve records of each GPU are its warm-up of two minutes.
    expect(Number(rows[0]?.judged)).toBe(160 - 12 * 4);
  });
});

describe('an alert', () => {
  it('is seen as soon as the records are acknowledged, once, with its reasons on the record', async () => {
    const { rows } = await database.db.query<{ reasons: { text: string }[] }>(
      `SELECT anomaly_reasons AS reasons FROM telemetry_records
       WHERE anomaly_score >= 0.7 ORDER BY "timestamp" DESC LIMIT 1`,
    );
    expect(rows[0]?.reasons[0]?.text).toMatch(/cryptomining$/);
  });

  it('a record that is not later than the last one of its GPU is stored and not judged', async () => {
    const gpus = await makeNode('late');
    const send = (seconds: number) =>
      call(appAt(0), 'POST', '/api/v1/telemetry/records', {
        gpu_id: gpus[0],
        timestamp: new Date(startMs + seconds * 1000).toISOString(),
        metrics: { temperature: 40, power_usage: 80 },
      });
    for (const seconds of [0, 100, 200, 300, 150, 300]) await send(seconds);
    const { rows } = await database.db.query<{ anomaly_score: number | null }>(
      'SELECT anomaly_score FROM telemetry_records WHERE gpu_id = $1 ORDER BY id',
      [gpus[0]],
    );
    expect(rows.map(({ anomaly_score: score }) => score !== null)).toEqual([
      false,
      false,
      true,
      true,
      false,
      false,
    ]);
  });
});
