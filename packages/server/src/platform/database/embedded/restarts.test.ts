import { spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, readdir, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../database.ts';
import { silentLog } from '../log.ts';
import { isAlive } from './process-identity.ts';
import { startEmbeddedPostgres } from './start-embedded-postgres.ts';
import type { EmbeddedPostgres } from './start-embedded-postgres.ts';

let dataDir = '';
let running: EmbeddedPostgres | undefined;
const start = async (): Promise<EmbeddedPostgres> =>
  (running = await startEmbeddedPostgres({ dataDir, log: silentLog, durability: 'off' }));

const script = (directory: string): string => `
  const { startEmbeddedPostgres } = await import(${JSON.stringify(new URL('./index.ts', import.meta.url).href)});
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  console.log('begins');
  const server = await startEmbeddedPostgres({ dataDir: ${JSON.stringify(directory)}, log, durability: 'off' });
  console.log('ready', server.pid);
  setInterval(() => {}, 1000);`;

/** A server process that is killed `afterMs` after it began to start PostgreSQL. */
const startAndKill = async (afterMs: number): Promise<void> => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script(dataDir)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  await sleep(afterMs);
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
};

/** Processes that stand in the cluster and are nobody's child in it: main processes. */
const mainProcesses = async (cluster: string): Promise<readonly number[]> => {
  const pids = (await readdir('/proc')).map(Number).filter(Number.isSafeInteger);
  const there = new Map<number, number>();
  for (const pid of pids) {
    try {
      if ((await readlink(`/proc/${pid}/cwd`)) !== cluster) continue;
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
      there.set(pid, Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    } catch {
      // It ended while we looked.
    }
  }
  return [...there].filter(([, parent]) => !there.has(parent)).map(([pid]) => pid);
};

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'gpushield-restarts-'));
  await chmod(dataDir, 0o711);
});
afterEach(async () => {
  await running?.stop();
  running = undefined;
  await rm(dataDir, { recursive: true, force: true });
});

describe.skipIf(process.platform !== 'linux')('after kill -9 of the server', () => {
  it('at whatever moment of its start, the next start works at once and one PostgreSQL runs', async () => {
    await (await start()).stop();
    // From before PostgreSQL is spawned until it is ready; a start takes about 60 ms where nothing else runs.
    for (let afterMs = 0; afterMs < 120; afterMs += 10) {
      await startAndKill(afterMs);
      const server = await start();
      const db = await openDatabase({ connectionString: server.connectionString, min: 1, log: silentLog });
      expect(await db.ping(10_000)).toBe(true);
      await db.close();
      expect(await mainProcesses(server.dataDirectory)).toEqual([server.pid]);
      await server.stop();
    }
  });

  it('and of PostgreSQL, with a process of it that is stuck and holds its memory, the next start works', async () => {
    await startAndKill(0);
    const first = await start();
    const db = await openDatabase({
      connectionString: first.connectionString,
      min: 1,
      max: 1,
      log: silentLog,
    });
    const { rows } = await db.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const stuck = rows[0]?.pid ?? 0;
    process.kill(stuck, 'SIGSTOP');
    const postmaster = first.pid;
    // As a killed server would: neither stops PostgreSQL nor restarts it.
    const ended = first.stop();
    process.kill(postmaster, 'SIGKILL');
    await ended;
    expect(isAlive(stuck)).toBe(true);
    const next = await start();
    expect(isAlive(stuck)).toBe(false);
    expect(await mainProcesses(next.dataDirectory)).toEqual([next.pid]);
    await db.close();
  });
});
