/*
 * Durable single-record requests per second over 64 connections, beside a bare Fastify route that parses the same
 * body, does nothing and answers 201. `node bench/ingest-single.ts [--seconds 10] [--connections 64] [--profile DIR]`.
 * Server, PostgreSQL and load generator share the machine. Target: at least 3,000 requests/s on 2 cores.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import fastify from 'fastify';
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
} from './ingest-support.ts';
import { describeMachine } from './support/machine.ts';
import { report } from './support/result.ts';
import { ms, whole } from './support/table.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    connections: { type: 'string', default: '64' },
    profile: { type: 'string' },
    bare: { type: 'boolean', default: false },
  },
});
const seconds = Number(values.seconds);
const connections = Number(values.connections);
const distinctBodies = 256;
const nodes = 8;
const warmUpMs = 2_000;
const targetPerSecond = 3_000;

/** The other side of the comparison, in a process of its own like the server. */
const serveBare = async (): Promise<void> => {
  const app = fastify();
  app.post('/records', (_request, reply) => reply.code(201).send({ ok: true }));
  process.send?.(await app.listen({ host: '127.0.0.1', port: 0 }));
  process.once('disconnect', () => void app.close());
};

const bareRate = async (bodies: readonly string[]): Promise<number> => {
  const child = fork(fileURLToPath(import.meta.url), ['--bare']);
  const [url] = (await once(child, 'message')) as [string];
  const plan = { headers: {}, connections, warmUpMs, measureMs: seconds * 1000, bodies, expectedStatus: 201 };
  const result = await runLoad({ ...plan, url: `${url}/records` });
  child.disconnect();
  await once(child, 'exit');
  return perSecond(result.measured, result.measuredMs);
};

const compare = async (): Promise<void> => {
  const machine = describeMachine();
  const dataDir = await makeDataDir();
  try {
    const profiling = values.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${values.profile}`];
    const server = await startServer(dataDir, profiling);
    let bodies: readonly string[];
    let result: Awaited<ReturnType<typeof runLoad>>;
    let cpuSeconds: number;
    try {
      const fleet = await registerFleet(server.url, nodes);
      bodies = Array.from({ length: distinctBodies }, (_, index) => JSON.stringify(recordOf(fleet, index)));
      const cpuBefore = await cpuSecondsOf(server.pid);
      result = await runLoad({
        url: `${server.url}/api/v1/telemetry/records`,
        headers: fleet.headers,
        connections,
        warmUpMs,
        measureMs: seconds * 1000,
        bodies,
        expectedStatus: 201,
      });
      cpuSeconds = (await cpuSecondsOf(server.pid)) - cpuBefore;
    } finally {
      await server.stop();
    }
    const bare = await bareRate(bodies);
    const stored = await withDatabase(dataDir, countRecords);
    const rate = perSecond(result.measured, result.measuredMs);
    const cpuUs = (cpuSeconds / result.acknowledged) * 1e6;
    if (stored < result.acknowledged) throw new Error('acknowledged records are missing');
    report({
      bench: 'ingest-single',
      machine,
      figures: [
        {
          name: `single records at ${connections} connections, durable and audited`,
          target: `≥ ${whole(targetPerSecond)} requests/s`,
          measured: `${whole(rate)} requests/s`,
          met: rate >= targetPerSecond,
        },
      ],
      tables: [
        {
          title: `${connections} connections, ${seconds} s`,
          columns: ['', 'requests/s', 'p50', 'p99', 'server CPU a request'],
          rows: [
            ['single records', whole(rate), ms(result.p50Ms), ms(result.p99Ms), `${whole(cpuUs)} µs`],
            ['bare Fastify route, same bodies, nothing stored', whole(bare), '', '', ''],
          ],
        },
      ],
      notes: [
        `Acknowledged: ${whole(result.acknowledged)} records; found in the database after the stop: ${whole(stored)}. Other answers: ${JSON.stringify(result.others)}.`,
      ],
    });
  } finally {
    await removeDataDir(dataDir);
  }
};

await (values.bare ? serveBare() : compare());
