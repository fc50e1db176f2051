import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { testDatabase } from '../../testing/index.ts';
import { reservationsStage, type Person, type Stage } from '../../testing/reservations/stage.ts';
import { fakeRuntime, handClock, processorDeps, runningJob } from '../../testing/reservations/processor.ts';
import { putCapacity } from './cluster-store.ts';
import { lockDisk } from './disk-store.ts';
import { reconcileJob } from './processor/reconcile-job.ts';
import { runSchedulePass } from './processor/schedule-pass.ts';
import type { WorkloadObservation } from './runtime/port.ts';
import { beginSnapshot } from './snapshot-store.ts';

const database = testDatabase();
let stage: Stage;
let user: Person;
beforeAll(async () => {
  stage = await reservationsStage(database);
});
afterAll(() => stage.close());
beforeEach(async () => {
  user = await stage.person('researcher');
  const made = await user.send('POST', '/v1/disks', { disk_name: 'work', size_gb: 10 });
  expect(made.status, made.text).toBe(200);
  await database.db.query(`UPDATE disks SET status = 'ready' WHERE user_id = $1`, [user.id]);
});

const submit = () => user.send('POST', '/v1/jobs/submit', { instance_type: 'cpu-x86', disk_name: 'work' });

describe('a dry run with a disk', () => {
  it('is refused as the submission would be, and makes no disk', async () => {
    const dry = (disk_name: string) =>
      user.send('POST', '/v1/jobs/submit', { instance_type: 'cpu-x86', disk_name, dry_run: true });
    expect((await dry('work')).json()).toMatchObject({ status: 'dry_run' });
    expect((await dry('another')).json()).toMatchObject({ status: 'dry_run' });
    expect((await user.send('GET', '/v1/disks')).json()).toMatchObject({ total: 1 });
    expect((await submit()).status).toBe(200);
    expect((await dry('work')).json()).toMatchObject({ code: 'disk_in_use' });
  });
});

describe('a disk that is being copied', () => {
  it('is given to no job until the copy is there', async () => {
    const clone = await user.send('POST', '/v1/disks/work/clone', { new_name: 'copy' });
    expect(clone.status, clone.text).toBe(200);
    const refused = await submit();
    expect({ status: refused.status, code: refused.json()['code'] }).toEqual({
      status: 409,
      code: 'disk_in_use',
    });
    const jobs = await database.db.query('SELECT FROM jobs WHERE user_id = $1', [user.id]);
    expect(jobs.rowCount).toBe(0);
    await database.db.query(`UPDATE disk_snapshots SET status = 'ready' WHERE status = 'creating'`);
    expect((await submit()).status).toBe(200);
  });

  it('is not given to a job that asked while the copy was being asked for', async () => {
    const blocked = () =>
      database.db.query<{ n: number }>(
        `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
    const submitted = await database.db.transaction(async (tx) => {
      const disk = await lockDisk(tx, user.id, 'work');
      const answer = submit();
      await expect.poll(async () => (await blocked()).rows[0]?.n).toBeGreaterThan(0);
      await beginSnapshot(tx, { id: randomUUID(), diskId: disk?.id ?? '', jobId: null, at: new Date() });
      return [answer];
    });
    expect((await submitted[0])?.json()).toMatchObject({ code: 'disk_in_use' });
  });
});

describe('a job whose disk is still a copy under way', () => {
  it('holds no devices until the copy is there, and fails where it cannot be made', async () => {
    const { db } = database;
    await db.query('UPDATE jobs SET released_at = now()');
    const capacity = { name: 'here', ready: true, unschedulableReason: null, cpuMillis: 1, memoryMib: 1 };
    const pools = [{ gpuType: 'cpu-x86', total: 4, usedByOthers: 0, deviceIds: null }];
    await putCapacity(db, 'fake', { nodes: [{ ...capacity, pools }], observedAtMs: Date.now() });
    for (const outcome of ['done', 'failed'] as const) {
      const name = `copy-${outcome}`;
      expect((await user.send('POST', '/v1/disks/work/clone', { new_name: name })).status).toBe(200);
      const submitted = await user.send('POST', '/v1/jobs/submit', {
        instance_type: 'cpu-x86',
        disk_name: name,
      });
      const id = String(submitted.json()['job_id']);
      const status = async () => (await user.send('GET', `/v1/jobs/${id}`)).json()['status'];
      expect(await status()).toBe('pending');
      let copy: 'pending' | 'done' | 'failed' = 'pending';
      const progress = () =>
        Promise.resolve(
          copy === 'pending'
            ? ({ kind: 'pending', progress: 'copying' } as const)
            : copy === 'done'
              ? ({ kind: 'done' } as const)
              : ({ kind: 'failed', reason: 'no space' } as const),
        );
      const runtime = fakeRuntime({ disks: { ensure: progress } });
      const deps = await processorDeps(db, { runtime, clock: handClock(Date.now()) });
      expect(await reconcileJob(deps, id, () => undefined)).toBe('done');
      expect(await runSchedulePass(deps)).toBe(0);
      expect(await status()).toBe('pending');
      copy = outcome;
      await reconcileJob(deps, id, () => undefined);
      expect(await status()).toBe(outcome === 'done' ? 'queued' : 'failed');
      expect(await runSchedulePass(deps)).toBe(outcome === 'done' ? 1 : 0);
      await db.query('UPDATE jobs SET released_at = now() WHERE id = $1', [id]);
      await db.query('DELETE FROM job_allocations');
      await db.query(`DELETE FROM disk_snapshots WHERE status = 'creating'`);
    }
  });
});

describe('a disk that was asked for with a job', () => {
  it('is made although the job was cancelled before its turn', async () => {
    const submitted = await user.send('POST', '/v1/jobs/submit', {
      instance_type: 'cpu-x86',
      disk_name: 'new',
    });
    const id = String(submitted.json()['job_id']);
    expect((await user.send('POST', `/v1/jobs/${id}/cancel`)).status).toBe(200);
    const runtime = fakeRuntime({
      observe: ({ jobId }) =>
        Promise.resolve({ ...runningJob(jobId), state: { kind: 'absent' } } satisfies WorkloadObservation),
    });
    const deps = await processorDeps(database.db, { runtime, clock: handClock(Date.now()) });
    expect(await reconcileJob(deps, id, () => undefined)).toBe('done');
    expect((await user.send('GET', '/v1/disks/new')).json()).toMatchObject({
      status: 'ready',
      in_use: false,
    });
  });
});
