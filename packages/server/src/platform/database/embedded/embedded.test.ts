import { spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openDatabase } from '../database.ts';
import { isDatabaseUnavailable } from '../errors.ts';
import { silentLog } from '../log.ts';
import { startEmbeddedPostgres } from './start-embedded-postgres.ts';
import type { EmbeddedPostgres } from './start-embedded-postgres.ts';
import { isAlive } from './process-identity.ts';
import { systemRoot } from './placement.ts';

let dataDir = '';
let running: EmbeddedPostgres[] = [];

const start = async (options: object = {}): Promise<EmbeddedPostgres> => {
  const server = await startEmbeddedPostgres({ dataDir, log: silentLog, durability: 'off', ...options });
  running.push(server);
  return server;
};
const open = (server: EmbeddedPostgres) =>
  openDatabase({ connectionString: server.connectionString, min: 1, log: silentLog });

/** Another server process on the same data directory, which is then killed and leaves PostgreSQL behind. */
const leaveOrphan = async (): Promise<number> => {
  const entry = new URL('./index.ts', import.meta.url).href;
  const script = `
    const { startEmbeddedPostgres } = await import(${JSON.stringify(entry)});
    const log = { debug() {}, info() {}, warn() {}, error() {} };
    const server = await startEmbeddedPostgres({ dataDir: ${JSON.stringify(dataDir)}, log, durability: 'off' });
    console.log(server.pid);
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const pid = await new Promise<number>((resolve) =>
    child.stdout.once('data', (line: Buffer) => resolve(Number(line))),
  );
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
  return pid;
};

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'gpushield-embedded-'));
  await chmod(dataDir, 0o711);
});
afterEach(async () => {
  await Promise.all(running.map((server) => server.stop()));
  running = [];
  await rm(dataDir, { recursive: true, force: true });
});

describe('the embedded PostgreSQL', () => {
  it('keeps its data across a stop and a start, with its password readable by its owner only', async () => {
    const first = await start();
    const db = await open(first);
    await db.query('CREATE TABLE kept AS SELECT 42 AS answer');
    await db.close();
    await first.stop();
    expect(isAlive(first.pid)).toBe(false);
    const again = await open(await start());
    expect((await again.query('SELECT answer FROM kept')).rows).toEqual([{ answer: 42 }]);
    await again.close();
    expect((await stat(join(dataDir, 'postgres', 'password'))).mode & 0o777).toBe(0o600);
  });

  it('serves as a role that is no superuser, and listens on no network', async () => {
    const db = await open(await start({ durability: 'on' }));
    const { rows } = await db.query(
      `SELECT current_setting('is_superuser') AS super, current_setting('listen_addresses') AS addresses,
              current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commits`,
    );
    expect(rows).toEqual([{ super: 'off', addresses: '', fsync: 'on', commits: 'on' }]);
    await db.close();
  });

  it('comes back after kill -9, with committed rows; meanwhile queries fail as DatabaseUnavailable', async () => {
    const server = await start({ durability: 'on' });
    const db = await open(server);
    await db.query('CREATE TABLE kept AS SELECT 42 AS answer');
    const exits: unknown[] = [];
    server.onExit((exit) => exits.push(exit));
    const killed = server.pid;
    process.kill(killed, 'SIGKILL');
    const failures: unknown[] = [];
    await vi.waitFor(
      async () => {
        const { rows } = await db.query('SELECT answer FROM kept').catch((error: unknown) => {
          failures.push(error);
          throw error;
        });
        expect(rows).toEqual([{ answer: 42 }]);
        expect(server.pid).not.toBe(killed);
      },
      { timeout: 30_000, interval: 20 },
    );
    expect(exits).toEqual([{ code: null, signal: 'SIGKILL' }]);
    expect(failures.filter((error) => !isDatabaseUnavailable(error))).toEqual([]);
    await db.close();
  });

  it('that freezes fails what waits and what comes as DatabaseUnavailable, and works again once it thaws', async () => {
    const server = await start();
    const db = await openDatabase({
      connectionString: server.connectionString,
      min: 2,
      hangTimes: { suspectMs: 100, probeMs: 300 },
      log: silentLog,
    });
    const admin = await openDatabase({ connectionString: server.adminConnectionString, log: silentLog });
    const { rows } = await admin.query<{ pid: number }>(
      "SELECT pid FROM pg_stat_activity WHERE usename IS DISTINCT FROM 'postgres'",
    );
    await admin.close();
    const frozen = [server.pid, ...rows.map((row) => row.pid)].filter((pid) => isAlive(pid));
    frozen.forEach((pid) => process.kill(pid, 'SIGSTOP'));
    try {
      const waiting = [db.query('SELECT 1'), db.transaction((tx) => tx.query('SELECT 1'))];
      const ends = await Promise.allSettled(waiting);
      expect(ends.map((end) => end.status === 'rejected' && isDatabaseUnavailable(end.reason))).toEqual([
        true,
        true,
      ]);
      await expect(db.query('SELECT 1')).rejects.toSatisfy(isDatabaseUnavailable);
    } finally {
      frozen.forEach((pid) => process.kill(pid, 'SIGCONT'));
    }
    await vi.waitFor(async () => expect(await db.ping(1_000)).toBe(true), { timeout: 30_000 });
    await db.close();
  });

  it('takes over the server of a killed parent and restarts it when that one is killed, too', async () => {
    const orphan = await leaveOrphan();
    expect(isAlive(orphan)).toBe(true);
    const server = await start();
    expect(server.pid).toBe(orphan);
    process.kill(orphan, 'SIGKILL');
    await vi.waitFor(() => expect(server.pid).not.toBe(orphan), { timeout: 30_000 });
    const db = await open(server);
    expect(await db.ping(5_000)).toBe(true);
    await db.close();
  });

  it('replaces an orphan that does not answer', async () => {
    const orphan = await leaveOrphan();
    process.kill(orphan, 'SIGSTOP');
    const continues = setTimeout(() => process.kill(orphan, 'SIGCONT'), 4_000);
    const server = await start();
    clearTimeout(continues);
    expect(server.pid).not.toBe(orphan);
    expect(isAlive(orphan)).toBe(false);
  });

  it('does not take another process for PostgreSQL because it has its old number', async () => {
    const first = await start();
    await first.stop();
    const pidFile = join(first.dataDirectory, 'postmaster.pid');
    await writeFile(
      pidFile,
      `${process.pid}\n${first.dataDirectory}\n1\n5432\n/nowhere\n\n  1 2\nready   \n`,
    );
    const server = await start();
    expect(server.pid).not.toBe(process.pid);
    expect(await readFile(pidFile, 'utf8')).toMatch(new RegExp(`^${server.pid}\n`));
  });

  it('refuses a second server on the same data directory, naming the first', async () => {
    await start();
    await expect(start()).rejects.toThrow(new RegExp(`process id ${process.pid}`));
  });

  it('puts its socket elsewhere when the data directory has a long name', async () => {
    const parent = dataDir;
    dataDir = join(parent, 'a-directory-with-a-very-long-name'.repeat(4));
    const db = await open(await start());
    expect(await db.ping(5_000)).toBe(true);
    await db.close();
    dataDir = parent;
  });

  it.skipIf(process.getuid?.() !== 0)('as root, works in a directory that only root may enter', async () => {
    await chmod(dataDir, 0o700);
    const server = await start();
    expect(server.dataDirectory.startsWith(systemRoot)).toBe(true);
    const location = (await readFile(join(dataDir, 'postgres', 'LOCATION'), 'utf8')).trim();
    expect(server.dataDirectory).toBe(join(location, 'cluster'));
    await server.stop();
    await rm(location, { recursive: true, force: true });
  });
});
