import { spawn, type ChildProcess } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/*
 * The server as its users have it: a process of its own with a data directory of its own. Nothing of the server is
 * imported here, so that these tests could judge another implementation.
 */

const repository = fileURLToPath(new URL('../../', import.meta.url));
export const adminPassword = 'oxbow-vantage-Kq7-41-tern';

// The first start makes a PostgreSQL cluster; on a busy machine that takes some seconds.
const startTimeoutMs = 45_000;
// Only the log's end is kept: enough to see why something failed.
const keptOutputCharacters = 200_000;

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface RunningServer {
  readonly url: string;
  readonly pid: number;
  readonly dataDir: string;
  readonly exited: Promise<Exit>;
  /** What it wrote to its standard output and error, the last part of it. */
  output(): string;
  kill(signal: NodeJS.Signals): void;
  /** SIGTERM, then its exit. */
  stop(): Promise<Exit>;
}

/** A directory that PostgreSQL's own account can pass through also when the tests run as root. */
export const makeDataDir = async (): Promise<string> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'gpushield-test-'));
  await chmod(dataDir, 0o711);
  // Tells other test runs to leave it alone while its server is killed; see `clear-abandoned.ts` in the server.
  await writeFile(join(dataDir, 'test-owner'), String(process.pid));
  return dataDir;
};

/** The process id of the embedded PostgreSQL of a data directory; undefined when none runs. */
export const postgresPid = async (dataDir: string): Promise<number | undefined> => {
  const text = await readFile(join(dataDir, 'postgres', 'cluster', 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number(text.split('\n', 1)[0]);
  return pid > 0 ? pid : undefined;
};

/** Ends what a killed server left behind, and removes its directory. */
export const removeDataDir = async (dataDir: string): Promise<void> => {
  const pid = await postgresPid(dataDir);
  if (pid !== undefined) {
    try {
      process.kill(pid, 'SIGQUIT');
    } catch {
      // It is gone already.
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
};

const environment = (dataDir: string, given: Readonly<Record<string, string>>): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  HOME: process.env['HOME'],
  HOST: '127.0.0.1',
  PORT: '0',
  GPUSHIELD_DATA_DIR: dataDir,
  GPUSHIELD_ADMIN_PASSWORD: adminPassword,
  GPUSHIELD_SENSOR: 'off',
  // The smallest that the server takes: these tests are about other things than the cost of a password.
  ARGON2_MEMORY_COST: '7168',
  ARGON2_TIME_COST: '1',
  ARGON2_PARALLELISM: '1',
  ...given,
});

const collect = (
  child: ChildProcess,
): { text: () => string; onLine: (listener: (line: string) => void) => void } => {
  let kept = '';
  let rest = '';
  const listeners: ((line: string) => void)[] = [];
  const take = (chunk: Buffer): void => {
    kept = (kept + chunk.toString('utf8')).slice(-keptOutputCharacters);
    const lines = (rest + chunk.toString('utf8')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) for (const listener of listeners) listener(line);
  };
  child.stdout?.on('data', take);
  child.stderr?.on('data', take);
  return { text: () => kept, onLine: (listener) => listeners.push(listener) };
};

const urlIn = (line: string): string | undefined => /"url":"(https?:\/\/[^"]+)"/.exec(line)?.[1];

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one of the server's commands on a data directory to its end. */
export const runCommand = async (
  dataDir: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CommandResult> => {
  const child = spawn(process.execPath, ['packages/server/src/main.ts', ...args], {
    cwd: repository,
    env: environment(dataDir, env),
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: startTimeoutMs,
  });
  const [stdout, stderr]: [string[], string[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk.toString('utf8')));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, stdout: stdout.join(''), stderr: stderr.join('') };
};

/** Starts `serve` on a free port and waits until it says where it listens. */
export const startServer = async (
  dataDir: string,
  env: Readonly<Record<string, string>> = {},
  args: readonly string[] = [],
): Promise<RunningServer> => {
  const child = spawn(process.execPath, ['packages/server/src/main.ts', 'serve', ...args], {
    cwd: repository,
    env: environment(dataDir, env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = collect(child);
  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => {
      resolve({ code, signal });
    });
  });
  const listening = new Promise<string>((resolve, reject) => {
    output.onLine((line) => {
      const url = urlIn(line);
      if (url !== undefined) resolve(url);
    });
    void exited.then(({ code, signal }) => {
      reject(new Error(`The server ended (${String(code ?? signal)}) before it listened:\n${output.text()}`));
    });
    setTimeout(() => {
      reject(new Error(`The server did not listen in time:\n${output.text()}`));
    }, startTimeoutMs).unref();
  });
  const url = await listening;
  const { pid } = child;
  if (pid === undefined) throw new Error('The server has no process id');
  return {
    url,
    pid,
    dataDir,
    exited,
    output: output.text,
    kill: (signal) => child.kill(signal),
    stop: () => {
      child.kill('SIGTERM');
      return exited;
    },
  };
};
