/*
 * `npm run demo`: a server of its own in a folder that is thrown away, a fleet of 32 simulated GPUs, one of them taken over
 * by a miner an hour ago and one whose cooling stopped. Two alerts with reasons are what should come out.
 * `npm run demo -- --keep` leaves the server running for a look around; Ctrl-C ends it.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const root = join(import.meta.dirname, '..');
const healthyWithinMs = 60_000;

const freePort = (): Promise<number> =>
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

const ended = (child: ChildProcess): Promise<number> =>
  new Promise((resolve) => {
    child.once('exit', (code) => resolve(code ?? 1));
  });

const healthy = async (url: string): Promise<void> => {
  const untilMs = Date.now() + healthyWithinMs;
  while (Date.now() < untilMs) {
    const answer = await fetch(`${url}/health`).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer?.ok === true) return;
    await wait(100);
  }
  throw new Error('The server did not become healthy');
};

const demo = async (dataDir: string, keep: boolean): Promise<number> => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const password = `demo-${randomBytes(9).toString('hex')}`;
  const server = spawn(process.execPath, [join(root, 'packages/server/src/main.ts'), 'serve'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      PORT: String(port),
      HOST: '127.0.0.1',
      GPUSHIELD_OTLP_GRPC_PORT: '0',
      GPUSHIELD_DATA_DIR: join(dataDir, 'data'),
      GPUSHIELD_ADMIN_PASSWORD: password,
    },
  });
  const serverEnd = ended(server);
  const stop = async (): Promise<void> => {
    server.kill('SIGTERM');
    await serverEnd;
  };
  process.once('SIGINT', () => server.kill('SIGTERM'));
  const gpushield = (...args: readonly string[]): Promise<number> => {
    const env = { ...process.env, GPUSHIELD_URL: url, GPUSHIELD_PASSWORD: password, HOME: dataDir };
    const child = spawn(process.execPath, [join(root, 'packages/cli/src/gpushield.ts'), ...args], {
      stdio: 'inherit',
      env,
    });
    return ended(child);
  };
  try {
    await healthy(url);
    console.log(`The server is at ${url}`);
    const signedIn = await gpushield('--quiet', 'login', '--username', 'admin');
    const code =
      signedIn === 0
        ? await gpushield('simulate', '--incident', 'mining', '--incident', 'cooling-stops', '--begins', '2h')
        : signedIn;
    if (keep && code === 0) {
      console.log(`\nThe console: ${url}/, user admin, password ${password}. Ctrl-C ends it.`);
      await serverEnd;
    }
    return code;
  } finally {
    await stop();
  }
};

const dataDir = await mkdtemp(join(tmpdir(), 'gpushield-demo-'));
await chmod(dataDir, 0o711);
try {
  process.exitCode = await demo(dataDir, process.argv.includes('--keep'));
} finally {
  await rm(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}
