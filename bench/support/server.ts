import { spawn, type ChildProcess } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const repository = join(import.meta.dirname, '../..');
export const adminPassword = 'bench-vantage-Kq7-41-tern';

const healthyTimeoutMs = 60_000;
// Fine enough for starts of a second, and cheap: a refused connection on loopback.
const healthPollMs = 10;
const stopTimeoutMs = 20_000;
const keptOutputCharacters = 20_000;

export interface ServerOptions {
  readonly dataDir: string;
  /** Further variables; Argon2 stays at its defaults unless they say otherwise. */
  readonly env?: Readonly<Record<string, string>>;
  /** Runs this machine's sensor beside it, as `npm start` does. */
  readonly withSensor?: boolean;
}

/** The real server, `node packages/server/src/main.ts serve`, as a process of its own. */
export interface BenchServer {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** From before the process was made to its first healthy answer of `GET /health`. */
  readonly startedInMs: number;
  /** The end of what it wrote. */
  output(): string;
  /** SIGTERM and its end. */
  stop(): Promise<void>;
}

/** Runs `use` with an empty data directory, which PostgreSQL's own account may pass also when root benches. */
export const withDataDir = async <T>(use: (dataDir: string) => Promise<T>): Promise<T> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'gpushield-bench-'));
  await chmod(dataDir, 0o711);
  try {
    return await use(dataDir);
  } finally {
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
};

/** A TCP port that nobody listens on now. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => {
        if (typeof address === 'object' && address !== null) resolve(address.port);
        else reject(new Error('No free port'));
      });
    });
  });

const environment = (options: ServerOptions, port: number): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  HOME: process.env['HOME'],
  HOST: '127.0.0.1',
  PORT: String(port),
  GPUSHIELD_DATA_DIR: options.dataDir,
  GPUSHIELD_ADMIN_PASSWORD: adminPassword,
  ...options.env,
});

const ended = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once('exit', () => resolve());
  });

/** SIGTERM, SIGKILL when that does not help in time, and the child's end. */
export const stopChild = async (child: ChildProcess): Promise<void> => {
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
  await ended(child);
  clearTimeout(force);
};

const isHealthy = async (url: string): Promise<boolean> => {
  try {
    const answer = await fetch(`${url}/health`, { signal: AbortSignal.timeout(2000) });
    await answer.arrayBuffer();
    return answer.status === 200;
  } catch {
    return false;
  }
};

const untilHealthy = async (child: ChildProcess, url: string, output: () => string): Promise<void> => {
  const giveUpMs = performance.now() + healthyTimeoutMs;
  while (!(await isHealthy(url))) {
    const state = child.exitCode !== null ? 'The server ended' : 'The server did not get healthy in time';
    if (child.exitCode !== null || performance.now() > giveUpMs) throw new Error(`${state}:\n${output()}`);
    await wait(healthPollMs);
  }
};

/** Starts the server on a free port and waits for `/health`. */
export const startServer = async (options: ServerOptions): Promise<BenchServer> => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const flags = options.withSensor === true ? ['--with-sensor'] : [];
  const startedMs = performance.now();
  const child = spawn(process.execPath, ['packages/server/src/main.ts', 'serve', ...flags], {
    cwd: repository,
    env: environment(options, port),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let kept = '';
  const keep = (chunk: Buffer): void => {
    kept = (kept + chunk.toString('utf8')).slice(-keptOutputCharacters);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  try {
    await untilHealthy(child, url, () => kept);
  } catch (error) {
    await stopChild(child);
    throw error;
  }
  const startedInMs = performance.now() - startedMs;
  const { pid } = child;
  if (pid === undefined) throw new Error('The server has no process id');
  return { url, port, pid, startedInMs, output: () => kept, stop: () => stopChild(child) };
};

/** Runs `use` with a server on an empty data directory, and leaves nothing behind. */
export const withServer = <T>(
  use: (server: BenchServer) => Promise<T>,
  options: Omit<ServerOptions, 'dataDir'> = {},
): Promise<T> =>
  withDataDir(async (dataDir) => {
    const server = await startServer({ ...options, dataDir });
    try {
      return await use(server);
    } finally {
      await server.stop();
    }
  });
