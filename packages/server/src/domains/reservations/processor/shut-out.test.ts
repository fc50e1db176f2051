import { beforeEach, describe, expect, it } from 'vitest';
import { testDatabase } from '../../../testing/index.ts';
import { placedJob, queuedJob, rowOf } from '../../../testing/reservations/jobs.ts';
import {
  fakeRuntime,
  handClock,
  processorDeps,
  type HandClock,
} from '../../../testing/reservations/processor.ts';
import { eventsOf } from '../event-store.ts';
import type { WorkloadSpec } from '../runtime/port.ts';
import type { JobEnding } from '../types.ts';
import type { ProcessorDeps } from './deps.ts';
import { reconcileJob } from './reconcile-job.ts';

const database = testDatabase();
const key = `ssh-ed25519 ${'A'.repeat(68)}`;

let clock: HandClock;
let shutOut: Set<string>;
let ensured: WorkloadSpec[];
let told: JobEnding[];
let deps: ProcessorDeps;

const look = (id: string, more: Partial<ProcessorDeps> = {}) =>
  reconcileJob({ ...deps, ...more }, id, () => undefined);
const last = () => ensured.at(-1);

const activeJob = async (userId: string): Promise<string> => {
  const id = await placedJob(database.db, 'node', {
    userId,
    sshKeys: [key],
    jupyterWanted: true,
    jupyterTokenSealed: 'token',
  });
  await database.db.query(
    `UPDATE jobs SET extra_users = '[{"name":"friend","githubUser":null,"sshKeys":["ssh-ed25519 B"]}]' WHERE id = $1`,
    [id],
  );
  await look(id);
  expect((await rowOf(database.db, id)).status).toBe('active');
  expect(last()).toMatchObject({ closed: false, jupyter: { enabled: true } });
  return id;
};

beforeEach(async () => {
  clock = handClock();
  shutOut = new Set();
  ensured = [];
  told = [];
  const runtime = fakeRuntime({ ensure: (spec) => Promise.resolve(void ensured.push(spec)) });
  deps = await processorDeps(database.db, {
    clock,
    runtime,
    owners: { isShutOut: (id) => Promise.resolve(shutOut.has(id)), onChange: () => undefined },
    recordEnding: (ending) => Promise.resolve(void told.push(ending)),
  });
});

describe('a job whose user was disabled', () => {
  it('lets nobody in any more at once, and ends after the grace, with an audit entry', async () => {
    const id = await activeJob('mallory');
    shutOut.add('mallory');
    clock.ms += 1_000;
    await look(id);
    expect(last()).toMatchObject({ closed: true, users: [], jupyter: { enabled: false } });
    expect(await rowOf(database.db, id)).toMatchObject({ status: 'active' });
    expect(told).toEqual([]);

    clock.ms += 59_000;
    await look(id);
    expect((await rowOf(database.db, id)).status).toBe('active');
    clock.ms += 1_000;
    await look(id);
    expect(await rowOf(database.db, id)).toMatchObject({
      status: 'cancelled',
      status_detail: 'Its user was disabled',
    });
    expect(told).toEqual([
      { jobId: id, userId: 'mallory', username: 'user', reason: 'Its user was disabled' },
    ]);
    const said = (await eventsOf(database.db, id)).map(({ message }) => message);
    expect(said).toContain('Its user was disabled: nobody gets in any more, and it ends in 60 seconds');
  });

  it('is looked at again when its grace is over, not when somebody happens to look', async () => {
    const id = await activeJob('mallory');
    shutOut.add('mallory');
    await look(id);
    clock.ms += 50_000;
    await look(id);
    expect((await rowOf(database.db, id)).due_at.getTime()).toBe(clock.ms + 10_000);
  });

  it('goes on, with its doors open again, where its user is enabled within the grace', async () => {
    const id = await activeJob('alice');
    shutOut.add('alice');
    await look(id);
    shutOut.clear();
    clock.ms += 30_000;
    await look(id);
    expect(last()).toMatchObject({ closed: false, jupyter: { enabled: true } });
    expect(last()?.users.flatMap(({ sshKeys }) => sshKeys)).toEqual([key, 'ssh-ed25519 B']);
    clock.ms += 600_000;
    await look(id);
    expect((await rowOf(database.db, id)).status).toBe('active');
    // Disabled again, it has its whole grace again.
    shutOut.add('alice');
    await look(id);
    expect((await rowOf(database.db, id)).status).toBe('active');
  });

  it('ends at once where it waits or is being started, and is never made', async () => {
    shutOut.add('mallory');
    const waiting = await queuedJob(database.db, { userId: 'mallory' });
    const starting = await placedJob(database.db, 'node', { userId: 'mallory' });
    for (const id of [waiting, starting]) {
      await look(id);
      expect((await rowOf(database.db, id)).status).toBe('cancelled');
    }
    expect(ensured).toEqual([]);
  });

  it('is not ended unless the audit trail takes it, and is then', async () => {
    const id = await activeJob('mallory');
    shutOut.add('mallory');
    await look(id);
    clock.ms += 61_000;
    await look(id, { recordEnding: () => Promise.reject(new Error('no sink')) });
    expect((await rowOf(database.db, id)).status).toBe('active');
    clock.ms += 60_000;
    await look(id);
    expect((await rowOf(database.db, id)).status).toBe('cancelled');
  });
});

describe('Jupyter that is switched off and on between two looks', () => {
  it('gets the token that people are told', async () => {
    const id = await activeJob('alice');
    await database.db.query(`UPDATE jobs SET jupyter_token_sealed = 'another' WHERE id = $1`, [id]);
    await look(id);
    expect(last()?.jupyter).toEqual({ enabled: true, token: 'another' });
  });
});
