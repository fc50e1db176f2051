import { afterAll, beforeAll, expect, it } from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { App } from '../../app.ts';
import { testDatabase } from '../../testing/index.ts';
import { seedUser, signIn, stopApp, testApp } from '../../testing/app-harness.ts';

const database = testDatabase();
let app: App;
let token = '';

const post = async <T>(url: string, body: object): Promise<T> => {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const answer = await app.http.app.inject({ method: 'POST', url, headers, payload: JSON.stringify(body) });
  expect(answer.statusCode, answer.body).toBe(201);
  return answer.json<T>();
};

const waiters = async (): Promise<number> => {
  const { rows } = await database.db.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return rows[0]?.n ?? 0;
};

beforeAll(async () => {
  app = await testApp({ db: database.db });
  token = await signIn(app, (await seedUser(database.db, app, ['admin'])).username);
});
afterAll(() => stopApp(app));

it('bulks of a thousand records that come while others are written share a commit, by default', async () => {
  const node = await post<{ id: string }>('/api/v1/nodes', { name: 'node' });
  const gpu = { vendor: 'nvidia', model: 'H100', device_id: '0', uuid: 'GPU-0', memory_total: 81_559 };
  const { id } = await post<{ id: string }>(`/api/v1/nodes/${node.id}/gpus`, gpu);
  const startMs = Date.now() - 3_600_000;
  const bulk = (first: number) =>
    post('/api/v1/telemetry/records/bulk', {
      records: Array.from({ length: 1000 }, (_, index) => ({
        gpu_id: id,
        timestamp: new Date(startMs + (first * 1000 + index) * 100).toISOString(),
        metrics: { temperature: 40 },
      })),
    });
  const blocker = new pg.Client({ connectionString: database.connectionString });
  await blocker.connect();
  try {
    await blocker.query('BEGIN; LOCK TABLE telemetry_records IN EXCLUSIVE MODE');
    const first = bulk(0);
    while ((await waiters()) < 1) await sleep(5);
    const others = [1, 2, 3, 4].map(bulk);
    while ((await waiters()) < 2) await sleep(5);
    await blocker.query('COMMIT');
    await Promise.all([first, ...others]);
  } finally {
    await blocker.end();
  }
  const { rows } = await database.db.query<{ records: number; commits: number }>(
    'SELECT count(*)::int AS records, count(DISTINCT xmin::text)::int AS commits FROM telemetry_records',
  );
  expect(rows[0]?.records).toBe(5000);
  // The second transaction begins with two of them at least.
  expect(rows[0]?.commits).toBeLessThanOrEqual(4);
});
