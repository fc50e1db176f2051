import { beforeEach, describe, expect, it } from 'vitest';
import { testDatabase } from '../../../testing/index.ts';
import { placedJob, rowOf } from '../../../testing/reservations/jobs.ts';
import {
  fakeRuntime,
  handClock,
  processorDeps,
  type HandClock,
} from '../../../testing/reservations/processor.ts';
import type { WorkloadSpec } from '../runtime/port.ts';
import { createGithubKeys } from '../ssh-keys.ts';
import type { ProcessorDeps } from './deps.ts';
import { reconcileJob } from './reconcile-job.ts';

const database = testDatabase();
const key = `ssh-ed25519 ${'A'.repeat(68)}`;
let clock: HandClock;
let ensured: WorkloadSpec[];
let told: string[];
let github: { status: number; text: string };
let deps: ProcessorDeps;
let job = '';

/** GitHub as it is now, asked by a process that has just started. */
const freshKeys = () =>
  createGithubKeys({
    outbound: {
      request: () =>
        Promise.resolve({ status: github.status, headers: {}, body: Buffer.from(github.text) } as never),
    },
    clock,
    baseUrl: 'https://github.com',
    allowPrivate: [],
  });
const look = (given: Partial<ProcessorDeps> = {}) => {
  clock.ms += 11 * 60_000;
  return reconcileJob({ ...deps, ...given }, job, () => undefined);
};
const keysNow = () => ensured.at(-1)?.users.flatMap(({ sshKeys }) => sshKeys);

beforeEach(async () => {
  clock = handClock();
  ensured = [];
  told = [];
  github = { status: 200, text: `${key}\n` };
  const runtime = fakeRuntime({
    ensure: (spec) => {
      ensured.push(spec);
      return Promise.resolve();
    },
    notify: (_ref, { message }) => {
      told.push(message);
      return Promise.resolve();
    },
  });
  deps = await processorDeps(database.db, { clock, runtime, githubKeys: freshKeys() });
  job = await placedJob(database.db, 'node', { githubUser: 'octocat', durationSeconds: 10 * 3600 });
  await look();
  expect((await rowOf(database.db, job)).status).toBe('active');
  expect(keysNow()).toEqual([key]);
});

describe('the keys of a job that runs', () => {
  it('stay while GitHub fails, and are said to be old', async () => {
    github = { status: 503, text: '' };
    await look();
    expect(keysNow()).toEqual([key]);
    expect((await rowOf(database.db, job)).observed.keysProblem).toContain('503');
  });

  it('stay while GitHub fails and the server was restarted', async () => {
    github = { status: 503, text: '' };
    await look({ githubKeys: freshKeys() });
    await database.db.query('UPDATE jobs SET jupyter_wanted = true WHERE id = $1', [job]);
    const restarted = freshKeys();
    await look({ githubKeys: restarted });
    expect(keysNow()).toEqual([key]);
    github = { status: 200, text: `${key}\n` };
    await look({ githubKeys: restarted });
    expect(ensured.at(-1)).toMatchObject({ jupyter: { enabled: true }, users: [{ sshKeys: [key] }] });
  });

  it('go when GitHub says that there are none', async () => {
    github = { status: 200, text: '' };
    await look();
    expect(keysNow()).toEqual([]);
  });
});

describe('a job that runs', () => {
  it('is told of another end once, and of no end when something else changed', async () => {
    await database.db.query('UPDATE jobs SET jupyter_wanted = true WHERE id = $1', [job]);
    await look();
    expect(ensured.at(-1)?.jupyter.enabled).toBe(true);
    expect(told).toEqual([]);
    await database.db.query(`UPDATE jobs SET expires_at = expires_at + interval '1 hour' WHERE id = $1`, [
      job,
    ]);
    await look();
    await look();
    expect(told).toEqual(['The end of this job was moved.']);
  });

  it('is warned of its end with the request that moves it', async () => {
    clock.ms += 9 * 3_600_000 + 25 * 60_000;
    await look();
    expect(told).toHaveLength(1);
    expect(told[0]).toContain(`POST /v1/jobs/${job}/extend`);
  });
});
