import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase, silentLog, type Database } from '../../platform/database/index.ts';
import { testDatabase } from '../../testing/index.ts';
import { reservationsStage, type Stage } from '../../testing/reservations/stage.ts';

const database = testDatabase();
let narrow: Database;
let stage: Stage;

beforeEach(async () => {
  const { connectionString } = database;
  narrow = await openDatabase({ connectionString, min: 1, max: 2, log: silentLog });
  stage = await reservationsStage(database, { requestDb: narrow });
});
afterEach(async () => {
  await stage.close();
  await narrow.close();
});

const body = { instance_type: 'cpu-x86', duration_hours: 1 };
const many = Array.from({ length: 20 });

describe('more requests than connections', () => {
  it('are all answered: who holds a connection waits for no other one', async () => {
    const user = await stage.person('researcher');
    // Nobody has read the cluster yet, so the first of them reads it while the others hold every connection.
    const submitted = await Promise.all(many.map(() => user.send('POST', '/v1/jobs/submit', body)));
    expect(submitted.map(({ status }) => status)).toEqual(many.map(() => 200));
    const ids = submitted.map((answer) => String(answer.json()['job_id']));
    expect(new Set(ids).size).toBe(many.length);

    const admin = await stage.person('admin');
    const quota = await admin.send('PUT', '/v1/admin/quotas/default/*', { max_total_hours: 3 });
    expect(quota.status, quota.text).toBe(200);
    const extended = await Promise.all(
      ids.map((id) => user.send('POST', `/v1/jobs/${id}/extend`, { extension_hours: 2 })),
    );
    expect(extended.map(({ status }) => status)).toEqual(many.map(() => 200));
    // The quota that holds is the one that was written last, not one that was remembered.
    const beyond = await user.send('POST', `/v1/jobs/${ids[0] ?? ''}/extend`, { extension_hours: 1 });
    expect(beyond.json()).toMatchObject({ code: 'quota_exceeded' });
  });
});
