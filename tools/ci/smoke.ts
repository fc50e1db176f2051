// Starts the server as the README says, asks for its health, stops it with SIGTERM and expects exit status 0.
import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A first start makes a database; the target is 6 s, and a busy machine may take many times that. */
const startTimeoutMs = 120_000;
const stopTimeoutMs = 30_000;
const pollIntervalMs = 200;

const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};

/** The status the process ended with, or the signal's name. */
const exitOf = (child: ChildProcess): Promise<number | string | null> =>
  new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)));

const untilHealthy = async (url: string, hasExited: () => boolean): Promise<string> => {
  const deadlineMs = performance.now() + startTimeoutMs;
  while (performance.now() < deadlineMs && !hasExited()) {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(5000) });
      const body = await response.text();
      if (response.ok) return body;
    } catch {
      // Not listening yet.
    }
    await sleep(pollIntervalMs);
  }
  throw new Error(hasExited() ? 'npm start ended before it was healthy' : `${url} was not healthy in time`);
};

/**
 * The server's own process: npm starts a shell, which may start node. A supervisor signals the server, not npm,
 * whose own exit status then repeats the server's.
 */
const serverPid = (pid: number): number => {
  const children = readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8').trim();
  const first = Number(children.split(' ')[0]);
  const isServer = readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8').startsWith('node\0');
  return isServer || children === '' || Number.isNaN(first) ? pid : serverPid(first);
};

const folder = mkdtempSync(join(tmpdir(), 'gpushield-smoke-'));
// The embedded PostgreSQL runs as another user when we are root, and must be able to pass through.
chmodSync(folder, 0o755);
const port = await freePort();
const child = spawn('npm', ['start'], {
  env: { ...process.env, HOST: '127.0.0.1', PORT: String(port), GPUSHIELD_DATA_DIR: join(folder, 'data') },
  stdio: ['ignore', 'inherit', 'inherit'],
  detached: true,
});
const exited = exitOf(child);
const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;

try {
  const health = await untilHealthy(`http://127.0.0.1:${String(port)}/health`, hasEnded);
  console.log(`smoke: healthy: ${health}`);
  process.kill(serverPid(child.pid ?? 0), 'SIGTERM');
  const late = sleep(stopTimeoutMs, 'no exit in time' as const, { ref: false });
  const status = await Promise.race([exited, late]);
  if (status !== 0) throw new Error(`after SIGTERM, npm start ended with ${String(status)} instead of 0`);
  console.log('smoke: stopped with status 0');
} catch (error) {
  console.error(`smoke: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
} finally {
  // The group holds npm, the shell, the server and what the server started.
  if (!hasEnded() && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}
