import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const program = 'redis-server';

/** Whether Debian's package `redis-server` is here; says so loudly where it is not. */
export const hasRedis = (): boolean => {
  const found = spawnSync(program, ['--version']).status === 0;
  if (!found) console.warn(`SKIPPED: ${program} is not installed (Debian's package redis-server)`);
  return found;
};

/** A real Redis on loopback that tests may hurt. It keeps its port over restarts, and nothing on disk. */
export interface RedisServer {
  readonly url: string;
  /** SIGKILL; the data is gone. */
  kill(): Promise<void>;
  /** Starts again, empty. */
  restart(): Promise<void>;
  /** SIGSTOP: connections stay open and nothing answers. */
  pause(): void;
  resume(): void;
  /** One inline command, such as FLUSHALL; its first line of answer. */
  command(line: string): Promise<string>;
  stop(): Promise<void>;
}

const freePort = async (): Promise<number> => {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
};

const ask = async (port: number, line: string): Promise<string> => {
  const socket = createConnection(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    socket.write(`${line}\r\n`);
    const [data] = (await once(socket, 'data')) as [Buffer];
    return data.toString().split('\r\n', 1)[0] ?? '';
  } finally {
    socket.destroy();
  }
};

const startsMs = 10_000;

const until = async (port: number): Promise<void> => {
  const giveUp = performance.now() + startsMs;
  for (;;) {
    if ((await ask(port, 'PING').catch(() => '')) === '+PONG') return;
    if (performance.now() > giveUp) throw new Error('Redis did not start');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

export const startRedis = async (): Promise<RedisServer> => {
  const port = await freePort();
  const dir = mkdtempSync(join(tmpdir(), 'gpushield-redis-'));
  let child: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    const args = [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--appendonly',
      'no',
      '--dir',
      dir,
    ];
    child = spawn(program, args, { stdio: 'ignore' });
    await until(port);
  };
  const kill = async (): Promise<void> => {
    const running = child;
    child = undefined;
    if (running?.exitCode !== null) return;
    const exited = once(running, 'exit');
    running.kill('SIGKILL');
    await exited;
  };
  await start();
  return {
    url: `redis://127.0.0.1:${String(port)}/0`,
    kill,
    restart: async () => {
      await kill();
      await start();
    },
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
    command: (line) => ask(port, line),
    stop: async () => {
      await kill();
      rmSync(dir, { recursive: true, force: true });
    },
  };
};
