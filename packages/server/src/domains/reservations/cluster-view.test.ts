import { beforeAll, describe, expect, it } from 'vitest';
import { ensureQueue } from '../../platform/queue/index.ts';
import { testDatabase } from '../../testing/index.ts';
import { queuedJob } from '../../testing/reservations/jobs.ts';
import { handClock } from '../../testing/reservations/processor.ts';
import { putCapacity } from './cluster-store.ts';
import { createClusterViews, readView } from './cluster-view.ts';

const database = testDatabase();
beforeAll(() => ensureQueue(database.db, 'gpu_reservations'));

describe('what readers are shown of the cluster', () => {
  it('is what was read last while it is read anew, never older than three seconds, and new where it was forgotten', async () => {
    const clock = handClock();
    const views = createClusterViews({ db: database.db, clock, runtime: 'local' });
    const waiting = async () => (await views.sums()).counts.queued;
    expect(await waiting()).toBe(0);
    await queuedJob(database.db);
    expect(await waiting()).toBe(0);
    views.invalidate();
    expect(await waiting()).toBe(1);
    await queuedJob(database.db);
    clock.ms += 1_500;
    // Nobody waits for this read, and the next one sees it.
    expect(await waiting()).toBe(1);
    await expect.poll(waiting).toBe(2);
    await queuedJob(database.db);
    clock.ms += 3_500;
    expect(await waiting()).toBe(3);
    expect((await views.current()).state.waiting).toHaveLength(3);
  });

  it('is the same in sums as job by job', async () => {
    const { db } = database;
    const node = (name: string) => ({
      name,
      ready: true,
      unschedulableReason: null,
      pools: [{ gpuType: 'h100', total: 8, usedByOthers: 1, deviceIds: null }],
      cpuMillis: 1,
      memoryMib: 1,
    });
    await putCapacity(db, 'local', { nodes: [node('a'), node('b')], observedAtMs: Date.now() });
    const id = await queuedJob(db, { gpuType: 'h100', gpuCount: 3, units: 3 });
    await db.query(`UPDATE jobs SET status = 'preparing' WHERE id = $1`, [id]);
    await db.query(
      `INSERT INTO job_allocations (job_id, rank, node, gpu_type, units, created_at) VALUES ($1, 0, 'a', 'h100', 3, now())`,
      [id],
    );
    const views = createClusterViews({ db, clock: handClock(Date.now()), runtime: 'local' });
    const { pools, counts } = await views.sums();
    expect(pools).toEqual((await views.current()).state.pools);
    expect(pools.map(({ free }) => free)).toEqual([4, 7]);
    expect(counts.preparing).toBe(1);
  });

  it('is whole and in order where it is long, and is gone through in parts', async () => {
    const { db } = database;
    await db.query(
      `INSERT INTO jobs (id, user_id, username, gpu_type, instance_type, gpu_count, nodes, units, duration_seconds, ssh_keys,
         created_at, status, status_since, due_at)
       SELECT gen_random_uuid(), 'u' || n, 'u' || n, 'h100', 'p5.48xlarge', 8, 1, 8, 3600, '{}',
              '2026-02-01'::timestamptz + (n * 7919 % 1203 / 2) * interval '1 millisecond', 'queued', now(), now()
         FROM generate_series(1, 1203) AS n`,
    );
    let pauses = 0;
    const { state } = await readView(db, 'local', Date.now(), () => {
      pauses += 1;
      return Promise.resolve();
    });
    const { rows } = await db.query<{ id: string; ms: number }>(
      `SELECT id, extract(epoch FROM created_at)::float8 * 1000 AS ms FROM jobs WHERE status = 'queued'
        ORDER BY created_at, id`,
    );
    expect(rows.length).toBeGreaterThanOrEqual(1203);
    expect(state.waiting.map(({ jobId, createdAtMs }) => ({ id: jobId, ms: createdAtMs }))).toEqual(rows);
    expect(pauses).toBe(Math.ceil(rows.length / 500));
  });
});
