import { afterAll, beforeAll, expect, it } from 'vitest';
import type { App } from '../app.ts';
import { stopApp, testApp } from '../testing/app-harness.ts';
import { testDatabase } from '../testing/index.ts';

const database = testDatabase();
const replicas: App[] = [];
beforeAll(async () => {
  for (let replica = 0; replica < 2; replica += 1) replicas.push(await testApp({ db: database.db }));
});
afterAll(() => Promise.all(replicas.map(stopApp)));

it.each([
  'telemetry-roll-up',
  'security-events-retention',
  'scoring-forget-old',
  'alerts-retention',
  'detection-calm',
  'detection-compare-jobs',
])('%s runs once in the cluster, by the one scheduler, and without an error', async (name) => {
  await expect
    .poll(
      async () =>
        (await database.db.query('SELECT outcome, error FROM periodic_tasks WHERE name = $1', [name])).rows,
      { timeout: 30_000 },
    )
    .toEqual([{ outcome: 'ok', error: null }]);
});
