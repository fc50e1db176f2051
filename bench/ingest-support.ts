/*
 * What the ingest benches share: the real server in a process of its own on a temporary data directory with
 * durability on, a small fleet registered over HTTP, the load generator's process, and the database behind it all.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  openDatabase,
  silentLog,
  startEmbeddedPostgres,
  type Database,
} from '../packages/server/src/platform/database/index.ts';
import type { LoadPlan, LoadResult } from './ingest-load.ts';

const fileOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const password = 'bench-password-of-the-admin';
const startPatienceMs = 60_000;

/** A folder that PostgreSQL may enter even when this runs as root. */
export const makeDataDir = async (): Promise<string> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'gpushield-bench-'));
  await chmod(dataDir, 0o711);
  return dataDir;
};
export const removeDataDir = (dataDir: string): Promise<void> =>
  rm(dataDir, { recursive: true, force: true });

const freePort = async (): Promise<number> => {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return address.port;
};

export interface BenchServer {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

const waitForHealth = async (url: string, child: ChildProcess): Promise<void> => {
  const deadlineMs = performance.now() + startPatienceMs;
  while (performance.now() < deadlineMs) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
    const answer = await fetch(`${url}/health`).catch(() => undefined);
    if (answer?.status === 200) return;
    await sleep(100);
  }
  throw new Error('the server did not start in time');
};

/** `gpushield serve` as an operator would run it. `nodeOptions`: such as `--cpu-prof`. */
export const startServer = async (
  dataDir: string,
  nodeOptions: readonly string[] = [],
): Promise<BenchServer> => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(process.execPath, [...nodeOptions, fileOf('../packages/server/src/main.ts'), 'serve'], {
    env: {
      ...process.env,
      HOST: '127.0.0.1',
      PORT: String(port),
      GPUSHIELD_DATA_DIR: dataDir,
      GPUSHIELD_ADMIN_PASSWORD: password,
      GPUSHIELD_LOG_LEVEL: 'warn',
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const stop = async () => {
    if (child.exitCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  };
  try {
    await waitForHealth(url, child);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, pid: child.pid ?? 0, stop };
};

const post = async (
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Record<string, string>> => {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as Record<string, string>;
};

export interface BenchFleet {
  readonly headers: Readonly<Record<string, string>>;
  readonly gpus: readonly { readonly gpuId: string; readonly nodeId: string; readonly sensorId: string }[];
}

/** Logs in, makes an API key, and registers `nodes` nodes with eight GPUs and a sensor each. */
export const registerFleet = async (url: string, nodes: number): Promise<BenchFleet> => {
  const { access_token: token } = await post(`${url}/auth/login`, { username: 'admin', password });
  const { api_key: key } = await post(
    `${url}/api/v1/keys`,
    { description: 'bench' },
    { authorization: `Bearer ${token}` },
  );
  const headers = { authorization: `Bearer ${key}` };
  const gpus: BenchFleet['gpus'][number][] = [];
  for (let node = 0; node < nodes; node += 1) {
    const { id: nodeId = '' } = await post(`${url}/api/v1/nodes`, { name: `node-${node}` }, headers);
    const { id: sensorId = '' } = await post(
      `${url}/api/v1/sensors`,
      { name: 's', node_id: nodeId, version: '1' },
      headers,
    );
    for (let slot = 0; slot < 8; slot += 1) {
      const body = {
        vendor: 'nvidia',
        model: 'H100',
        device_id: `0000:${slot}`,
        uuid: `GPU-${node}-${slot}`,
        memory_total: 81920,
      };
      const { id: gpuId = '' } = await post(`${url}/api/v1/nodes/${nodeId}/gpus`, body, headers);
      gpus.push({ gpuId, nodeId, sensorId });
    }
  }
  return { headers, gpus };
};

/** A record of a GPU at work, as this project's sensor sends it: ten of the known metrics. `NOW` is filled in by the load generator. */
export const recordOf = (fleet: BenchFleet, index: number) => {
  const gpu = fleet.gpus[index % fleet.gpus.length];
  return {
    gpu_id: gpu?.gpuId,
    sensor_id: gpu?.sensorId,
    timestamp: 'NOW',
    metrics: {
      gpu_utilization: 90 + ((index * 7) % 10),
      memory_utilization: 70.2,
      memory_used: 40_123 + (index % 9),
      memory_total: 81_920,
      temperature: 65 + (index % 4),
      power_usage: 320.25 + (index % 30),
      sm_clock: 1410,
      memory_clock: 1593,
      fan_speed: 30,
      ecc_corrected: 0,
    },
  };
};

/** Runs the load in a process of its own. */
export const runLoad = async (plan: LoadPlan): Promise<LoadResult> => {
  const child = spawn(process.execPath, [fileOf('./ingest-load.ts')], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(JSON.stringify(plan));
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(child, 'close');
  if (child.exitCode !== 0) throw new Error(`the load generator ended with ${child.exitCode}`);
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as LoadResult;
};

/** The server's own database, once the server has stopped. */
export const withDatabase = async <T>(dataDir: string, work: (db: Database) => Promise<T>): Promise<T> => {
  const postgres = await startEmbeddedPostgres({ dataDir, log: silentLog });
  const db = await openDatabase({ connectionString: postgres.connectionString, log: silentLog });
  try {
    return await work(db);
  } finally {
    await db.close();
    await postgres.stop();
  }
};

export const countRecords = async (db: Database): Promise<number> => {
  const { rows } = await db.query<{ n: number }>('SELECT count(*) AS n FROM telemetry_records');
  return rows[0]?.n ?? 0;
};

export const perSecond = (count: number, ms: number): number => Math.round((count / ms) * 1000);

// Linux counts a process's time in hundredths of a second.
const ticksPerSecond = 100;

/** CPU time that a process has used, in seconds: unlike a rate, it hardly depends on what else the machine does. */
export const cpuSecondsOf = async (pid: number): Promise<number> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const [user, system] = (stat.split(') ')[1] ?? '').split(' ').slice(11, 13).map(Number);
  return ((user ?? Number.NaN) + (system ?? Number.NaN)) / ticksPerSecond;
};
