/*
 * Durable records per second over REST bulk, beside what COPY alone does with the same rows, from Node, on the same
 * PostgreSQL. `node bench/ingest-bulk.ts [--seconds 10] [--connections 6] [--records 1000] [--profile DIR]`.
 * Server, PostgreSQL and load generator share the machine. Target: at least 60,000 records/s on 2 cores.
 */
import { parseArgs } from 'node:util';
import { batchOfRecords } from '../packages/server/src/domains/telemetry/batch-of-records.ts';
import { encodeBatches, type AcceptedBatch } from '../packages/server/src/domains/telemetry/write-batches.ts';
import type { Database } from '../packages/server/src/platform/database/index.ts';
import {
  countRecords,
  cpuSecondsOf,
  makeDataDir,
  perSecond,
  recordOf,
  registerFleet,
  removeDataDir,
  runLoad,
  startServer,
  withDatabase,
  type BenchFleet,
} from './ingest-support.ts';
import { describeMachine } from './support/machine.ts';
import { report } from './support/result.ts';
import { ms, whole } from './support/table.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    connections: { type: 'string', default: '6' },
    records: { type: 'string', default: '1000' },
    profile: { type: 'string' },
  },
});
const seconds = Number(values.seconds);
const connections = Number(values.connections);
const recordsPerRequest = Number(values.records);
const distinctBodies = 16;
const nodes = 8;
const warmUpMs = 2_000;
const targetPerSecond = 60_000;

/** COPY of as many rows a transaction as a request has, two transactions at a time like the server's writer. */
const copyAlone = async (db: Database, fleet: BenchFleet): Promise<number> => {
  const now = Date.now();
  const places = new Map(fleet.gpus.map(({ gpuId, nodeId }) => [gpuId, { nodeId, ownerId: '' }]));
  const encoded = () => {
    const records = Array.from({ length: recordsPerRequest }, (_, index) => {
      const place = fleet.gpus[index % fleet.gpus.length];
      const { metrics, timestamp } = recordOf(fleet, index);
      return { gpu_id: place?.gpuId ?? '', sensor_id: place?.sensorId ?? '', timestamp, metrics };
    });
    const times = records.map(() => now);
    const item: AcceptedBatch = { batch: batchOfRecords(records, times, places), receivedAtMs: now };
    return encodeBatches([item], []);
  };
  const copies = Array.from({ length: distinctBodies }, encoded);
  const startMs = performance.now();
  let written = 0;
  const worker = async () => {
    for (let next = 0; performance.now() - startMs < seconds * 1000; next += 1) {
      const { columns, data } = copies[next % copies.length] ?? encoded();
      await db.transaction((tx) => tx.copyIn('telemetry_records', columns, data, 'binary'));
      written += recordsPerRequest;
    }
  };
  await Promise.all([worker(), worker()]);
  return perSecond(written, performance.now() - startMs);
};

const machine = describeMachine();
const dataDir = await makeDataDir();
try {
  const profiling = values.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${values.profile}`];
  const server = await startServer(dataDir, profiling);
  let fleet: BenchFleet;
  let result: Awaited<ReturnType<typeof runLoad>>;
  let cpuSeconds: number;
  try {
    fleet = await registerFleet(server.url, nodes);
    const registered = fleet;
    const bodies = Array.from({ length: distinctBodies }, (_, body) =>
      JSON.stringify({
        records: Array.from({ length: recordsPerRequest }, (__, index) => ({
          ...recordOf(registered, body * 31 + index),
          // Each GPU has a record a second; the request covers as many seconds as each GPU has records in it.
          timestamp: new Date(Math.floor(index / registered.gpus.length) * 1000).toISOString(),
        })),
      }),
    );
    const cpuBefore = await cpuSecondsOf(server.pid);
    result = await runLoad({
      url: `${server.url}/api/v1/telemetry/records/bulk`,
      headers: fleet.headers,
      connections,
      warmUpMs,
      measureMs: seconds * 1000,
      bodies,
      advanceMs: Math.ceil(recordsPerRequest / registered.gpus.length) * 1000,
      expectedStatus: 201,
    });
    cpuSeconds = (await cpuSecondsOf(server.pid)) - cpuBefore;
  } finally {
    await server.stop();
  }
  await withDatabase(dataDir, async (db) => {
    const stored = await countRecords(db);
    const acknowledged = result.acknowledged * recordsPerRequest;
    await db.query('TRUNCATE telemetry_records');
    const alone = await copyAlone(db, fleet);
    const rate = perSecond(result.measured * recordsPerRequest, result.measuredMs);
    const cpuUs = (cpuSeconds / acknowledged) * 1e6;
    if (stored < acknowledged) throw new Error('acknowledged records are missing');
    report({
      bench: 'ingest-bulk',
      machine,
      figures: [
        {
          name: 'REST bulk, durable',
          target: `≥ ${whole(targetPerSecond)} records/s`,
          measured: `${whole(rate)} records/s`,
          met: rate >= targetPerSecond,
        },
      ],
      tables: [
        {
          title: `${connections} connections × ${whole(recordsPerRequest)} records, ${seconds} s`,
          columns: ['', 'records/s', 'request p50', 'request p99', 'server CPU a record'],
          rows: [
            ['REST bulk', whole(rate), ms(result.p50Ms), ms(result.p99Ms), `${cpuUs.toFixed(1)} µs`],
            ['COPY alone, same rows and tables, 2 connections', whole(alone), '', '', ''],
          ],
        },
      ],
      notes: [
        `REST reaches ${Math.round((rate / alone) * 100)} % of COPY alone. Acknowledged: ${whole(acknowledged)} records; found in the database after the stop: ${whole(stored)}. Every record is newer than its GPU's last one, but for those that requests under way at once overtake: it is judged in the transaction that stores it. Other answers: ${JSON.stringify(result.others)}.`,
      ],
    });
  });
} finally {
  await removeDataDir(dataDir);
}
