import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { testDatabase } from '../../testing/index.ts';
import { fakeRuntime, handClock, processorDeps } from '../../testing/reservations/processor.ts';
import { reservationsStage, type Person, type Stage } from '../../testing/reservations/stage.ts';
import { reconcileOperation, sweepDisks } from './processor/reconcile-disk.ts';

const database = testDatabase();
const dayMs = 24 * 3_600_000;
let stage: Stage;
let user: Person;
let operation = '';
beforeAll(async () => {
  stage = await reservationsStage(database);
});
afterAll(() => stage.close());
beforeEach(async () => {
  user = await stage.person('researcher');
  const made = await user.send('POST', '/v1/disks', { disk_name: 'work', size_gb: 10 });
  expect(made.status, made.text).toBe(200);
  operation = String(made.json()['operation_id']);
});

const setStatus = (status: string) =>
  database.db.query('UPDATE disks SET status = $2 WHERE user_id = $1', [user.id, status]);
const remove = async (): Promise<void> => {
  const deleted = await user.send('DELETE', '/v1/disks/work');
  expect(deleted.status, deleted.text).toBe(200);
};
const statusOf = async () => (await user.send('GET', '/v1/disks/work')).json()['status'];
const restore = () => user.send('POST', '/v1/disks/work/restore');

describe('a deleted disk', () => {
  it.each(['creating', 'failed', 'ready'])('that was %s comes back as that', async (status) => {
    await setStatus(status);
    await remove();
    expect(await statusOf()).toBe('deleted');
    expect((await restore()).status).toBe(200);
    expect(await statusOf()).toBe(status);
  });

  it('that was being made is made all the same, and comes back ready', async () => {
    await remove();
    await reconcileOperation(await processorDeps(database.db), operation);
    expect((await restore()).status).toBe(200);
    expect(await statusOf()).toBe('ready');
  });

  it('does not come back after its time, swept or not', async () => {
    await remove();
    await database.db.query(`UPDATE disks SET purge_after = now() - interval '1 second' WHERE user_id = $1`, [
      user.id,
    ]);
    const answer = await restore();
    expect({ status: answer.status, code: answer.json()['code'] }).toEqual({ status: 409, code: 'conflict' });
  });

  it('does not come back while what it holds is being destroyed', async () => {
    await setStatus('ready');
    await remove();
    const answers: number[] = [];
    const runtime = fakeRuntime({
      disks: {
        remove: async ({ userId }) => {
          if (userId === user.id) answers.push((await restore()).status);
          return { kind: 'pending', progress: 'half of it' };
        },
      },
    });
    // The clock of the host that sweeps is ahead: the request's own clock would still let it come back.
    const deps = await processorDeps(database.db, { runtime, clock: handClock(Date.now() + 31 * dayMs) });
    await sweepDisks(deps);
    await sweepDisks({ ...deps, runtime: fakeRuntime() });
    expect(answers).toEqual([409]);
    const { rows } = await database.db.query(
      'SELECT purged_at IS NOT NULL AS purged FROM disks WHERE user_id = $1',
      [user.id],
    );
    expect(rows).toEqual([{ purged: true }]);
    expect((await restore()).status).toBe(404);
  });
});
