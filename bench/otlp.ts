/*
 * OTLP protobuf, durable, beside decoding alone, COPY alone, and the real Prometheus taking the same payload.
 * `node bench/otlp.ts [--seconds 10] [--connections 4] [--nodes 100] [--profile DIR]`. Generator, server and
 * PostgreSQL share the machine. Target: at least 250,000 data points a second on 2 cores.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify, parseArgs } from 'node:util';
import { batchOfPoints } from '../packages/server/src/domains/otlp/batch-of-points.ts';
import { collectPoints } from '../packages/server/src/domains/otlp/collect-points.ts';
import { createRejections } from '../packages/server/src/domains/otlp/rejections.ts';
import { decodeMetrics } from '../packages/server/src/domains/otlp/wire/metrics.ts';
import { encodeBatches } from '../packages/server/src/domains/telemetry/write-batches.ts';
import type { Database } from '../packages/server/src/platform/database/index.ts';
import {
  countRecords,
  cpuSecondsOf,
  makeDataDir,
  perSecond,
  registerFleet,
  removeDataDir,
  startServer,
  withDatabase,
} from './ingest-support.ts';
import type { OtlpLoad, OtlpPlan } from './otlp-load.ts';
import { describeMachine } from './support/machine.ts';
import { otlpPayload } from './support/otlp-payload.ts';
import { report } from './support/result.ts';
import { percentile } from './support/statistics.ts';
import { ms, whole } from './support/table.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    connections: { type: 'string', default: '4' },
    nodes: { type: 'string', default: '100' },
    profile: { type: 'string' },
  },
});
const seconds = Number(values.seconds);
const connections = Number(values.connections);
const nodes = Number(values.nodes);
const warmUpMs = 6000;
const target = 250_000;
const run = promisify(execFile);

const load = async (url: string, headers: OtlpPlan['headers']): Promise<OtlpLoad> => {
  const plan: OtlpPlan = { url, headers, connections, nodes, warmUpMs, measureMs: seconds * 1000 };
  const child = spawn(process.execPath, [join(import.meta.dirname, 'otlp-load.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(JSON.stringify(plan));
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(child, 'close');
  if (child.exitCode !== 0) throw new Error(`the generator ended with ${child.exitCode}`);
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as OtlpLoad;
};

const rateOf = (result: OtlpLoad): number =>
  perSecond(result.measured * result.pointsPerRequest, result.measuredMs);

const collect = (bytes: Buffer) => {
  const { sink, collected } = collectPoints(createRejections(), Date.now());
  decodeMetrics(bytes, sink);
  return collected;
};

/** Points a second that one core decodes into rows. */
const decodeAlone = (): number => {
  const payload = otlpPayload(nodes, 'd');
  payload.setTime(Date.now() - 1000);
  const startMs = performance.now();
  let points = 0;
  while (performance.now() - startMs < 3000) points += collect(payload.bytes).points();
  return perSecond(points, performance.now() - startMs);
};

/** Points a second that COPY stores, the rows being ready, two transactions at a time. */
const copyAlone = async (db: Database): Promise<number> => {
  const payload = otlpPayload(nodes, 'c');
  payload.setTime(Date.now() - 1000);
  const { table, slots } = collect(payload.bytes);
  const id = (index: number): string => `00000000-0000-7000-8000-${String(index).padStart(12, '0')}`;
  const batch = batchOfPoints(
    table,
    slots.map((_, index) => ({ gpuId: id(index), nodeId: id(index >> 3) })),
  );
  const { columns, data } = encodeBatches([{ batch, receivedAtMs: Date.now() }], []);
  const startMs = performance.now();
  let points = 0;
  const worker = async () => {
    while (performance.now() - startMs < seconds * 500) {
      await db.transaction((tx) => tx.copyIn('telemetry_records', columns, data, 'binary'));
      points += payload.points;
    }
  };
  await Promise.all([worker(), worker()]);
  return perSecond(points, performance.now() - startMs);
};

/** The real Prometheus, where it is beside the project. It does not sync each request to disk. */
const prometheus = async (): Promise<OtlpLoad | undefined> => {
  const script = join(import.meta.dirname, '../../shared/peers/prometheus');
  if (!existsSync(script)) return undefined;
  const dir = await mkdtemp(join(tmpdir(), 'gpushield-prometheus-'));
  try {
    const { stdout } = await run(script, ['up', dir]);
    const url = /^PROMETHEUS=(.+)$/m.exec(stdout)?.[1] ?? '';
    return await load(`${url}/api/v1/otlp/v1/metrics`, {});
  } finally {
    await run(script, ['down', dir]).catch(() => undefined);
    await rm(dir, { recursive: true, force: true });
  }
};

const machine = describeMachine();
const dataDir = await makeDataDir();
try {
  const profiling = values.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${values.profile}`];
  const server = await startServer(dataDir, profiling);
  let result: OtlpLoad;
  let cpuSeconds: number;
  try {
    const { headers } = await registerFleet(server.url, 1);
    const before = await cpuSecondsOf(server.pid);
    result = await load(`${server.url}/v1/metrics`, headers);
    cpuSeconds = (await cpuSecondsOf(server.pid)) - before;
  } finally {
    await server.stop();
  }
  const decoded = decodeAlone();
  const other = await prometheus();
  await withDatabase(dataDir, async (db) => {
    const stored = await countRecords(db);
    const acknowledged = result.acknowledged * result.recordsPerRequest;
    if (stored < acknowledged) throw new Error('acknowledged records are missing');
    await db.query('TRUNCATE telemetry_records');
    const copied = await copyAlone(db);
    const rate = rateOf(result);
    const cpuUs = (cpuSeconds / (result.acknowledged * result.pointsPerRequest)) * 1e6;
    const row = (name: string, one: OtlpLoad, cpu = ''): string[] => [
      ...[
        name,
        whole(rateOf(one)),
        ms(percentile(one.latenciesMs, 0.5)),
        ms(percentile(one.latenciesMs, 0.99)),
        cpu,
      ],
    ];
    report({
      bench: 'otlp',
      machine,
      figures: [
        {
          name: 'OTLP protobuf, durable and scored',
          target: `≥ ${whole(target)} points/s`,
          measured: `${whole(rate)} points/s`,
          met: rate >= target,
        },
        ...(other === undefined
          ? []
          : [
              {
                name: 'OTLP beside Prometheus, same payload',
                target: '≥ 1.0 ×',
                measured: `${(rate / rateOf(other)).toFixed(2)} ×`,
                met: rate >= rateOf(other),
              },
            ]),
      ],
      tables: [
        {
          title: `${connections} connections × ${whole(result.pointsPerRequest)} points, ${seconds} s`,
          columns: ['', 'points/s', 'request p50', 'request p99', 'server CPU a point'],
          rows: [
            row('GPUShield, durable', result, `${cpuUs.toFixed(2)} µs`),
            ...(other === undefined ? [] : [row('Prometheus, not synced a request', other)]),
            ['decoding into rows alone, one core', whole(decoded), '', '', ''],
            ['COPY alone, rows ready, 2 connections', whole(copied), '', '', ''],
          ],
        },
      ],
      notes: [
        `A record holds the ${result.pointsPerRequest / result.recordsPerRequest} points of one GPU at one time. Acknowledged: ${whole(acknowledged)} records; found in the database after the stop: ${whole(stored)}. Other answers: ${JSON.stringify(result.others)}.`,
        ...(other === undefined ? ['Prometheus was not beside the project: not compared.'] : []),
      ],
    });
  });
} finally {
  await removeDataDir(dataDir);
}
