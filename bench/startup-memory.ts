/*
 * How long a start takes, and what the system holds when nothing happens. `npm run bench -- startup-memory`.
 *
 * A start counts from before the process is made to the first healthy answer of GET /health: the first one on an empty
 * data directory (PostgreSQL is initialised, the schema migrated, the administrator made), the next one on what that
 * left. Memory is read from /proc after 20 s of quiet.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createApiKey } from './support/api.ts';
import { closedLoop, onlySuccesses } from './support/closed-loop.ts';
import { requestBytes } from './support/connection.ts';
import { describeMachine } from './support/machine.ts';
import { memoryOf, processTree, type Process } from './support/processes.ts';
import { report, type BenchResult, type Figure } from './support/result.ts';
import { startServer, withDataDir, type BenchServer } from './support/server.ts';
import { median } from './support/statistics.ts';
import { megabytes, seconds, type Table } from './support/table.ts';

const runs = 5;
const idleMs = 20_000;
const loadMs = 10_000;
const loadConnections = 16;
const firstTargetMs = 6000;
const nextTargetMs = 2000;
const memoryTargetBytes = 200e6;

const startOnce = async (dataDir: string): Promise<number> => {
  const server = await startServer({ dataDir });
  await server.stop();
  return server.startedInMs;
};

interface Starts {
  readonly firstMs: readonly number[];
  readonly nextMs: readonly number[];
}

const measureStarts = async (): Promise<Starts> => {
  const firstMs: number[] = [];
  const nextMs: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    await withDataDir(async (dataDir) => {
      firstMs.push(await startOnce(dataDir));
      nextMs.push(await startOnce(dataDir));
    });
  }
  return { firstMs, nextMs };
};

/** Who a process is; PostgreSQL is told apart by its postmaster, since its children name only what they do. */
const partOf = (each: Process, serverPid: number, postgres: ReadonlySet<number>): string => {
  if (each.pid === serverPid) return 'server';
  if (postgres.has(each.pid)) return 'PostgreSQL';
  if (each.commandLine.includes('/sensor/')) return 'sensor';
  if (each.commandLine.includes('argon2-child')) return 'password hashing';
  return 'other';
};

interface PartMemory {
  readonly part: string;
  readonly processes: number;
  readonly rssBytes: number;
  readonly pssBytes: number | undefined;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const memoryByPart = async (server: BenchServer, dataDir: string): Promise<readonly PartMemory[]> => {
  const pidFile = await readFile(join(dataDir, 'postgres/cluster/postmaster.pid'), 'utf8');
  const postgres = processTree(Number(pidFile.split('\n', 1)[0]));
  const postgresPids = new Set(postgres.map(({ pid }) => pid));
  const family = new Map([...processTree(server.pid), ...postgres].map((each) => [each.pid, each]));
  const byPart = Map.groupBy(family.values(), (each) => partOf(each, server.pid, postgresPids));
  return [...byPart].map(([part, members]) => {
    const memory = members.map(({ pid }) => memoryOf(pid));
    const pss = memory.map(({ pssBytes }) => pssBytes).filter((bytes) => bytes !== undefined);
    return {
      part,
      processes: members.length,
      rssBytes: sum(memory.map(({ rssBytes }) => rssBytes)),
      pssBytes: pss.length === members.length ? sum(pss) : undefined,
    };
  });
};

interface Held {
  readonly fresh: readonly PartMemory[];
  readonly afterLoad: readonly PartMemory[];
}

/** Reads by 16 clients for 10 s, each with its audit entry: what is held afterwards is what a used server holds. */
const load = async (server: BenchServer): Promise<void> => {
  const headers = { authorization: `Bearer ${await createApiKey(server.url)}` };
  const request = requestBytes({ method: 'GET', path: '/api/v1/me', headers });
  const options = { port: server.port, connections: loadConnections, durationMs: loadMs, warmUpMs: 0 };
  onlySuccesses(await closedLoop({ ...options, request: () => request }), 'GET /api/v1/me');
};

const measureMemory = (): Promise<Held> =>
  withDataDir(async (dataDir) => {
    await startOnce(dataDir);
    const server = await startServer({ dataDir, withSensor: true });
    try {
      await wait(idleMs);
      const fresh = await memoryByPart(server, dataDir);
      await load(server);
      await wait(idleMs);
      return { fresh, afterLoad: await memoryByPart(server, dataDir) };
    } finally {
      await server.stop();
    }
  });

const startTable = ({ firstMs, nextMs }: Starts): Table => ({
  title: `Start to the first healthy answer, ${runs} runs`,
  columns: ['start', 'median', 'max'],
  rows: [
    ['first, on an empty data directory', seconds(median(firstMs)), seconds(Math.max(...firstMs))],
    ['next', seconds(median(nextMs)), seconds(Math.max(...nextMs))],
  ],
});

const memoryTable = (title: string, parts: readonly PartMemory[]): Table => ({
  title,
  columns: ['part', 'processes', 'RSS', 'PSS'],
  rows: parts.map(({ part, processes, rssBytes, pssBytes }) => [
    part,
    String(processes),
    // Resident pages of several processes that share a buffer would count it several times.
    processes === 1 || pssBytes === undefined ? megabytes(rssBytes) : '–',
    pssBytes === undefined ? 'not told' : megabytes(pssBytes),
  ]),
});

const under = (name: string, targetMs: number, tookMs: readonly number[]): Figure => ({
  name,
  target: `< ${targetMs / 1000} s`,
  measured: `${seconds(median(tookMs))} (max ${seconds(Math.max(...tookMs))})`,
  met: Math.max(...tookMs) < targetMs,
});

const resultOf = (starts: Starts, held: Held, machine: BenchResult['machine']): BenchResult => {
  const server = held.fresh.find(({ part }) => part === 'server')?.rssBytes ?? Number.NaN;
  return {
    bench: 'startup-memory',
    machine,
    figures: [
      under('first start', firstTargetMs, starts.firstMs),
      under('next start', nextTargetMs, starts.nextMs),
      {
        name: 'idle memory of the server (RSS)',
        target: `< ${megabytes(memoryTargetBytes)}`,
        measured: megabytes(server),
        met: server < memoryTargetBytes,
      },
    ],
    tables: [
      startTable(starts),
      memoryTable(`Memory, idle for ${idleMs / 1000} s after a start`, held.fresh),
      memoryTable(`Memory, idle for ${idleMs / 1000} s after ${loadMs / 1000} s of load`, held.afterLoad),
    ],
    notes: [
      'Starts are of `serve` without the sensor, which comes up after the server listens; npm itself adds its own start. A figure is met when the slowest of the runs meets it. Files are in the page cache.',
      'RSS counts shared pages fully, PSS by share; the sum over the processes of PostgreSQL is PSS, since they share one buffer. MB are 10^6 bytes.',
      `The load is ${loadConnections} clients that read /api/v1/me; it begins with a login, and the process that hashes passwords ends after 30 s without one.`,
    ],
  };
};

const machine = describeMachine();
const starts = await measureStarts();
report(resultOf(starts, await measureMemory(), machine));
