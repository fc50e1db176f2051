import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../../app.ts';
import { testDatabase } from '../../testing/index.ts';
import { stopApp, testApp } from '../../testing/app-harness.ts';

const database = testDatabase();
let app: App;
beforeAll(async () => {
  app = await testApp({ db: database.db });
});
afterAll(() => stopApp(app));
const get = (url: string) => app.http.app.inject({ method: 'GET', url });

describe('GET /health', () => {
  it('names the database and the queue; without the queue requests are still served', async () => {
    const well = await get('/health');
    expect([well.statusCode, well.json()]).toEqual([
      200,
      { status: 'healthy', database: 'healthy', queue: 'healthy', timestamp: expect.any(String) },
    ]);
    await database.db.query('ALTER FUNCTION pgmq.list_queues() RENAME TO list_queues_away');
    const degraded = await get('/health');
    await database.db.query('ALTER FUNCTION pgmq.list_queues_away() RENAME TO list_queues');
    expect([degraded.statusCode, degraded.json()]).toEqual([
      200,
      { status: 'degraded', database: 'healthy', queue: 'unhealthy', timestamp: expect.any(String) },
    ]);
  });
});

describe('GET /', () => {
  it('names endpoints that exist', async () => {
    const { endpoints } = (await get('/')).json<{ endpoints: Readonly<Record<string, string>> }>();
    expect(endpoints).toMatchObject({ jobs: '/v1/jobs', disks: '/v1/disks', scores: '/api/v1/scores' });
    expect((await get('/v1/nothing-here')).statusCode).toBe(404);
    for (const url of Object.values(endpoints)) expect((await get(url)).statusCode, url).not.toBe(404);
  });
});
