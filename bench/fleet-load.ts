/*
 * A fleet of 10,000 GPUs that each tell twenty numbers a second by OTLP, durable and scored: how long an export waits for its
 * answer, and whether the server's memory stays flat. `node bench/fleet-load.ts [--gpus 10000] [--seconds 600] [--profile DIR]`; the
 * issue's ten minutes are the default. Server, PostgreSQL and generator share the machine.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { FleetLoad, FleetPlan } from './fleet-feeder.ts';
import {
  countRecords,
  cpuSecondsOf,
  makeDataDir,
  registerFleet,
  removeDataDir,
  startServer,
  withDatabase,
} from './ingest-support.ts';
import { describeMachine } from './support/machine.ts';
import { memoryOf } from './support/processes.ts';
import { report } from './support/result.ts';
import { median, percentile } from './support/statistics.ts';
import { megabytes, ms, whole } from './support/table.ts';

const { values } = parseArgs({
  options: {
    gpus: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '600' },
    profile: { type: 'string' },
  },
});
const gpusPerNode = 8;
const nodesPerExporter = 25;
const exporters = Math.max(1, Math.round(Number(values.gpus) / gpusPerNode / nodesPerExporter));
const gpus = exporters * nodesPerExporter * gpusPerNode;
const measureSeconds = Number(values.seconds);
const warmUpSeconds = 10;
const targetP99Ms = 250;
const sampleMs = 1000;
/** Memory is flat when its last third is no more than this above its first: a garbage collector's breath, no leak. */
const flatShare = 1.15;

/** Runs the generator; samples the server's memory once a second; answers the samples of the measured time. */
const feed = async (
  plan: FleetPlan,
  pid: number,
): Promise<{ load: FleetLoad; memory: readonly number[] }> => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'fleet-feeder.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(JSON.stringify(plan));
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = once(child, 'close');
  const memory: number[] = [];
  while (child.exitCode === null) {
    await Promise.race([ended, wait(sampleMs)]);
    memory.push(memoryOf(pid).rssBytes);
  }
  await ended;
  if (child.exitCode !== 0) throw new Error(`the generator ended with ${child.exitCode}`);
  return {
    load: JSON.parse(Buffer.concat(chunks).toString('utf8')) as FleetLoad,
    memory: memory.slice(-plan.measureSeconds),
  };
};

const machine = describeMachine();
const dataDir = await makeDataDir();
try {
  const profiling = values.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${values.profile}`];
  const server = await startServer(dataDir, profiling);
  let fed: Awaited<ReturnType<typeof feed>>;
  let cpuSeconds: number;
  try {
    const { headers } = await registerFleet(server.url, 1);
    const before = await cpuSecondsOf(server.pid);
    const url = `${server.url}/v1/metrics`;
    fed = await feed(
      { url, headers, exporters, nodesPerExporter, warmUpSeconds, measureSeconds },
      server.pid,
    );
    cpuSeconds = (await cpuSecondsOf(server.pid)) - before;
  } finally {
    await server.stop();
  }
  const { load, memory } = fed;
  const { stored, alarms } = await withDatabase(dataDir, async (db) => {
    const { rows } = await db.query<{ n: number }>('SELECT count(*)::int AS n FROM alerts');
    return { stored: await countRecords(db), alarms: rows[0]?.n ?? 0 };
  });
  if (stored < load.acknowledgedRecords) throw new Error('acknowledged records are missing');
  const third = Math.max(1, Math.floor(memory.length / 3));
  const [first, last] = [median(memory.slice(0, third)), median(memory.slice(-third))];
  const p99Ms = percentile(load.latenciesMs, 0.99);
  const due = gpus * (1 + warmUpSeconds + measureSeconds);
  const share = (seconds: number): string => ((seconds / (warmUpSeconds + measureSeconds)) * 100).toFixed(0);
  report({
    bench: 'fleet-load',
    machine,
    figures: [
      {
        name: `acknowledgement p99 of ${whole(gpus)} GPUs at 1 Hz`,
        target: `< ${targetP99Ms} ms`,
        measured: ms(p99Ms),
        met: p99Ms < targetP99Ms && Object.keys(load.others).length === 0,
      },
      {
        name: 'memory of the server under that fleet, last third beside first',
        target: `flat: ≤ ${flatShare} ×`,
        measured: `${(last / first).toFixed(2)} ×`,
        met: last / first <= flatShare,
      },
    ],
    tables: [
      {
        title: `${whole(gpus)} GPUs, ${whole(load.pointsPerSecond)} points/s from ${exporters} exporters, ${measureSeconds} s`,
        columns: ['', 'value'],
        rows: [
          ['export p50', ms(percentile(load.latenciesMs, 0.5))],
          ['export p99', ms(p99Ms)],
          ['memory, first third', megabytes(first)],
          ['memory, last third', megabytes(last)],
          ['the generator’s own lag in it, p99', ms(percentile(load.ownLagsMs, 0.99))],
          ['generator CPU', `${share(load.cpuSeconds)} % of a core`],
          ['server CPU', `${share(cpuSeconds)} % of a core`],
          ['alerts that the fleet raised', whole(alarms)],
          ['records acknowledged of those due', `${whole(load.acknowledgedRecords)} of ${whole(due)}`],
        ],
      },
    ],
    notes: [
      `Latency counts from when an export was due, so that a queue at the generator is seen. Registering the nodes and GPUs and the first ${warmUpSeconds} s are not measured. Found in the database after the stop: ${whole(stored)} records. Other answers: ${JSON.stringify(load.others)}.`,
    ],
  });
} finally {
  await removeDataDir(dataDir);
}
