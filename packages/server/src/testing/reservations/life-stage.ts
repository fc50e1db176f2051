import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { expect } from 'vitest';
import type { App } from '../../app.ts';
import { sweepDisks } from '../../domains/reservations/processor/reconcile-disk.ts';
import { createLocalRuntime, type TerminalSession } from '../../domains/reservations/index.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/index.ts';
import { stopApp, testApp } from '../app-harness.ts';
import { processorDeps } from './processor.ts';
import { personOn, type Person } from './stage.ts';

/** Whether jobs can run on this host at all. */
export const hasSandbox = spawnSync('bwrap', ['--ro-bind', '/', '/', 'true']).status === 0;
if (!hasSandbox)
  console.warn('SKIPPED: bubblewrap is not here or may not run: the life of jobs on this host is NOT tested');

/** The system's clock, that a test may move forward. */
export interface MovableClock extends Clock {
  forward(minutes: number): void;
}
export const movableClock = (): MovableClock => {
  let aheadMs = 0;
  return {
    nowMs: () => Date.now() + aheadMs,
    // A monotonic clock never jumps: whoever measures how long something took would wait as long.
    monotonicMs: () => performance.now(),
    forward: (minutes) => {
      aheadMs += minutes * 60_000;
    },
  };
};

const patience = { timeout: 30_000, interval: 50 };

/** Outside of tests there is no expectation to poll. */
const gone = async (path: string): Promise<void> => {
  for (let tries = 0; existsSync(path); tries += 1) {
    if (tries > 600) throw new Error(`${path} is still there`);
    await sleep(50);
  }
};

/** A whole server with its processor, PostgreSQL and bubblewrap, on a clock of the test's. */
export interface LifeStage {
  readonly clock: MovableClock;
  /** Where the runtime keeps its jobs. */
  readonly root: string;
  readonly user: Person;
  submit(body?: object): Promise<string>;
  job(id: string): Promise<Record<string, unknown>>;
  /** Waits until the job's fields are as expected. */
  sees(id: string, fields: object): Promise<void>;
  /** What the job's history says, in order. */
  history(id: string): Promise<readonly string[]>;
  logs(id: string): Promise<string>;
  /** A shell in the job, from this process: as another replica on this host opens it. */
  terminal(id: string): Promise<TerminalSession>;
  /** Where the files of a job without a disk are, on the host. */
  home(id: string): string;
  files(id: string): readonly string[];
  /** Old snapshots and purged disks go now: the server looks for them once a minute of real time. */
  sweepDisks(): Promise<void>;
  /** Another process takes over: the server stops, and one starts on the same database and directory. */
  restart(): Promise<void>;
  /** The server stops for good. Its jobs are ended first. */
  close(): Promise<void>;
}

const envOf = (directory: string, connectionString: string, more: Readonly<Record<string, string>>) => ({
  DATABASE_URL: connectionString,
  SECRET_KEY: 'a secret of the tests, long enough for all',
  GPUSHIELD_DATA_DIR: directory,
  ...more,
});

export const lifeStage = async (
  { db, connectionString }: { readonly db: Database; readonly connectionString: string },
  env: Readonly<Record<string, string>> = {},
): Promise<LifeStage> => {
  const directory = mkdtempSync(join(tmpdir(), 'gpushield-life-'));
  const root = join(directory, 'jobs');
  const clock = movableClock();
  const visitor = createLocalRuntime({
    root,
    sshAddress: '127.0.0.1',
    ownDirectories: [directory],
    clock,
    log: pino({ level: 'silent' }),
  });
  const start = (): Promise<App> => testApp({ db, clock, env: envOf(directory, connectionString, env) });
  let app = await start();
  const user = await personOn(db, () => app, ['researcher']);
  const job = async (id: string) => (await user.send('GET', `/v1/jobs/${id}`)).json();
  const cancelAll = async (): Promise<void> => {
    const { rows } = await db.query<{ id: string }>('SELECT id FROM jobs WHERE released_at IS NULL');
    await db.query('UPDATE jobs SET cancel_requested_at = now(), due_at = now() WHERE released_at IS NULL');
    for (const { id } of rows) await gone(join(root, 'jobs', id));
  };
  return {
    clock,
    root,
    user,
    job,
    submit: async (body = {}) => {
      const answer = await user.send('POST', '/v1/jobs/submit', {
        instance_type: 'cpu-x86',
        duration_hours: 1,
        ...body,
      });
      expect(answer.status, answer.text).toBe(200);
      return String(answer.json()['job_id']);
    },
    sees: (id, fields) => expect.poll(() => job(id), patience).toMatchObject(fields),
    history: async (id) => {
      const events = (await job(id))['history'];
      return Array.isArray(events)
        ? events.map((event) => String(Reflect.get(Object(event), 'message')))
        : [];
    },
    logs: async (id) => String((await user.send('GET', `/v1/jobs/${id}/logs`)).json()['text']),
    terminal: (jobId) =>
      visitor.terminal(
        { jobId, profile: 'restricted' },
        { rank: 0, size: { cols: 80, rows: 24 }, signal: AbortSignal.timeout(20_000) },
      ),
    home: (id) => join(root, 'jobs', id, 'home'),
    files: (id) => {
      try {
        return readdirSync(join(root, 'jobs', id, 'home')).filter((name) => !name.startsWith('.'));
      } catch {
        return [];
      }
    },
    sweepDisks: async () => sweepDisks(await processorDeps(db, { clock, runtime: visitor })),
    restart: async () => {
      await stopApp(app);
      app = await start();
    },
    close: async () => {
      await cancelAll();
      await stopApp(app);
      rmSync(directory, { recursive: true, force: true });
    },
  };
};

/** A file of the host, or what it is not. */
export const textOf = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};
