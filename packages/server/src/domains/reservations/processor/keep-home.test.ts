import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../platform/clock.ts';
import { testDatabase } from '../../../testing/index.ts';
import { placedJob, rowOf } from '../../../testing/reservations/jobs.ts';
import { fakeRuntime, processorDeps, processorOn } from '../../../testing/reservations/processor.ts';
import { claimHome } from '../home-store.ts';
import { createLocalRuntime } from '../runtime/local/local-runtime.ts';
import type { WorkloadObservation } from '../runtime/port.ts';
import type { Processor } from './processor.ts';

const database = testDatabase();
const running: Processor[] = [];
beforeEach(async () => {
  await processorDeps(database.db);
  for (const table of ['reservation_homes', 'job_allocations', 'disks'])
    await database.db.query(`DELETE FROM ${table}`);
});
afterEach(async () => {
  for (const processor of running.splice(0)) await processor.stop();
});

/** A processor whose jobs are in a place of its own; what others run it does not see. */
const hostNamed = async (name: string, id = randomUUID()) => {
  const ensured = new Set<string>();
  const runtime = fakeRuntime({
    home: () => ({ id, name }),
    ensure: ({ jobId }) => Promise.resolve(void ensured.add(jobId)),
    observe: ({ jobId }) =>
      Promise.resolve<WorkloadObservation>({
        jobId,
        profile: 'restricted',
        state: ensured.has(jobId) ? { kind: 'running' } : { kind: 'absent' },
        members: [],
        jupyter: { url: null, error: null },
        oomCount: 0,
        lastOomAtMs: null,
      }),
  });
  const processor = processorOn(await processorDeps(database.db, { runtime, clock: systemClock() }));
  await processor.start();
  running.push(processor);
  return { ensured, processor };
};
const away = () => database.db.query(`UPDATE reservation_homes SET seen_at = now() - interval '6 minutes'`);
const ownerIs = async (): Promise<string | undefined> =>
  (await database.db.query<{ name: string }>('SELECT name FROM reservation_homes')).rows[0]?.name;

describe('two hosts on one database, each with jobs of its own', () => {
  it('do not drive each other\u2019s: what one runs the other neither starts nor ends', async () => {
    const first = await hostNamed('first');
    const second = await hostNamed('second');
    const id = await placedJob(database.db, 'first', { at: new Date() });
    await database.db.query('UPDATE jobs SET due_at = now() WHERE id = $1', [id]);
    await expect.poll(async () => (await rowOf(database.db, id)).status, { timeout: 20_000 }).toBe('active');
    // Looked at again and again, by whoever would.
    for (let look = 0; look < 10; look += 1) {
      await database.db.query('UPDATE jobs SET due_at = now() WHERE id = $1', [id]);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect({ first: [...first.ensured], second: [...second.ensured] }).toEqual({ first: [id], second: [] });
    expect((await rowOf(database.db, id)).status).toBe('active');
    // The first goes away with a job that nobody else can reach: the second goes on doing nothing.
    await first.processor.stop();
    await away();
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect({ owner: await ownerIs(), second: [...second.ensured] }).toEqual({ owner: 'first', second: [] });
    await database.db.query('DELETE FROM job_allocations');
    await away();
    await expect.poll(ownerIs, { timeout: 20_000 }).toBe('second');
  });

  it('wait for one another while there are disks', async () => {
    const { db } = database;
    const [ours, theirs] = [randomUUID(), randomUUID()];
    expect(await claimHome(db, 'local', { id: ours, name: 'ours' })).toBeUndefined();
    expect(await claimHome(db, 'local', { id: ours, name: 'renamed' })).toBeUndefined();
    expect(await claimHome(db, 'local', { id: theirs, name: 'theirs' })).toEqual({ name: 'renamed' });
    await db.query(
      `INSERT INTO disks (id, user_id, username, name, size_gb, status, created_at)
       VALUES (gen_random_uuid(), 'u', 'u', 'd', 1, 'ready', now())`,
    );
    await away();
    expect(await claimHome(db, 'local', { id: theirs, name: 'theirs' })).toEqual({ name: 'renamed' });
    await db.query('UPDATE disks SET purged_at = now()');
    expect(await claimHome(db, 'local', { id: theirs, name: 'theirs' })).toBeUndefined();
  });
});

describe('the home of the local runtime', () => {
  it('is its directory: the same for every process on it, and for no other', () => {
    const directory = mkdtempSync(join(tmpdir(), 'gpushield-home-'));
    const at = (name: string) =>
      createLocalRuntime({
        root: join(directory, name),
        sshAddress: '127.0.0.1',
        ownDirectories: [],
        clock: systemClock(),
        log: pino({ level: 'silent' }),
      }).home?.().id;
    const [one, again, other] = [at('one'), at('one'), at('other')];
    expect(one).toMatch(/^[0-9a-f-]{36}$/);
    expect(again).toBe(one);
    expect(other).not.toBe(one);
    rmSync(directory, { recursive: true, force: true });
  });
});
