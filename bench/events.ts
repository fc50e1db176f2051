/*
 * Syscall events per second, signed, scored and durable, beside what signature and parsing alone do in one process, and
 * what COPY alone does with the same events a row each. `node bench/events.ts [--seconds 10] [--agents 32]
 * [--batch 500] [--processes 25] [--profile DIR]`. Server, PostgreSQL and load generator share the machine.
 * Target: at least 100,000 events/s on 2 cores.
 */
import { spawn } from 'node:child_process';
import { createHmac, randomUUIDv7, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { encodeCopyRows } from '../packages/server/src/platform/database/copy-format.ts';
import type { Database } from '../packages/server/src/platform/database/index.ts';
import {
  cpuSecondsOf,
  makeDataDir,
  perSecond,
  removeDataDir,
  startServer,
  withDatabase,
} from './ingest-support.ts';
import type { EventsPlan, EventsResult } from './events-load.ts';
import { describeMachine } from './support/machine.ts';
import { report } from './support/result.ts';
import { ms, whole } from './support/table.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    agents: { type: 'string', default: '32' },
    batch: { type: 'string', default: '500' },
    processes: { type: 'string', default: '25' },
    profile: { type: 'string' },
  },
});
const seconds = Number(values.seconds);
const batch = Number(values.batch);
const warmUpMs = 2_000;
const targetPerSecond = 100_000;
const aloneMs = 3_000;

const agents = Array.from({ length: Number(values.agents) }, (_, index) => ({
  id: `bench-agent-${String(index)}`,
  secret: `a secret of the bench, number ${String(index)}, long enough`,
}));
process.env['AGENT_KEYS'] = JSON.stringify(Object.fromEntries(agents.map(({ id, secret }) => [id, secret])));

const runLoad = async (plan: EventsPlan): Promise<EventsResult> => {
  const file = fileURLToPath(new URL('./events-load.ts', import.meta.url));
  const child = spawn(process.execPath, [file], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(JSON.stringify(plan));
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(child, 'close');
  if (child.exitCode !== 0) throw new Error(`the load generator ended with ${String(child.exitCode)}`);
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as EventsResult;
};

const sampleEvents = Array.from({ length: batch }, (_, index) => ({
  pid: 1000 + (index % 25),
  syscall: 'openat',
  timestamp: new Date().toISOString(),
  return_value: index,
  command: `worker-${String(index % 25)}`,
}));

/** What no server could do without: the signature over the bytes, and their parsing. */
const verifyAndParseAlone = (): number => {
  const body = Buffer.from(JSON.stringify({ events: sampleEvents }));
  const secret = 'a secret of the bench';
  const signature = createHmac('sha256', secret).update(body).digest();
  const endMs = performance.now() + aloneMs;
  const startMs = performance.now();
  let events = 0;
  while (performance.now() < endMs) {
    if (!timingSafeEqual(createHmac('sha256', secret).update(body).digest(), signature))
      throw new Error('wrong');
    events += (JSON.parse(body.toString('utf8')) as { events: unknown[] }).events.length;
  }
  return perSecond(events, performance.now() - startMs);
};

/** The same events a row each, keyed by id, copied in batches: two transactions at a time like the server's writer. */
const copyAlone = async (db: Database): Promise<number> => {
  await db.query(`CREATE TABLE bench_events (id uuid PRIMARY KEY, agent_id text, process_id text, occurred_at timestamptz,
    syscall text, fields text)`);
  const columns = ['id', 'agent_id', 'process_id', 'occurred_at', 'syscall', 'fields'];
  const startMs = performance.now();
  let rows = 0;
  const worker = async (): Promise<void> => {
    while (performance.now() - startMs < aloneMs) {
      const copied = encodeCopyRows(
        sampleEvents.map((event) => [
          randomUUIDv7(),
          'bench-agent-0',
          `bench-agent-0:${String(event.pid)}`,
          event.timestamp,
          event.syscall,
          JSON.stringify(event),
        ]),
      );
      await db.transaction((tx) => tx.copyIn('bench_events', columns, copied));
      rows += sampleEvents.length;
    }
  };
  await Promise.all([worker(), worker()]);
  return perSecond(rows, performance.now() - startMs);
};

const machine = describeMachine();
const dataDir = await makeDataDir();
try {
  const profiling = values.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${values.profile}`];
  const server = await startServer(dataDir, profiling);
  let result: EventsResult;
  let cpuSeconds: number;
  try {
    const cpuBefore = await cpuSecondsOf(server.pid);
    result = await runLoad({
      url: `${server.url}/api/v1/events`,
      agents,
      batch,
      processes: Number(values.processes),
      warmUpMs,
      measureMs: seconds * 1000,
    });
    cpuSeconds = (await cpuSecondsOf(server.pid)) - cpuBefore;
  } finally {
    await server.stop();
  }
  const verified = verifyAndParseAlone();
  await withDatabase(dataDir, async (db) => {
    const { rows } = await db.query<{ events: number; counted: number }>(
      `SELECT (SELECT coalesce(sum(events), 0)::bigint FROM syscall_chunks) AS events,
              (SELECT coalesce(sum(event_count), 0)::bigint FROM processes) AS counted`,
    );
    const { events: stored = 0, counted = 0 } = rows[0] ?? {};
    if (stored < result.acknowledgedEvents || counted < result.acknowledgedEvents) {
      throw new Error(
        `acknowledged ${String(result.acknowledgedEvents)}, stored ${String(stored)}, scored ${String(counted)}`,
      );
    }
    const alone = await copyAlone(db);
    const rate = perSecond(result.measuredEvents, seconds * 1000);
    const cpuUs = (cpuSeconds / result.acknowledgedEvents) * 1e6;
    report({
      bench: 'events',
      machine,
      figures: [
        {
          name: 'Syscall events, signed, scored and durable',
          target: `≥ ${whole(targetPerSecond)} events/s`,
          measured: `${whole(rate)} events/s`,
          met: rate >= targetPerSecond,
        },
      ],
      tables: [
        {
          title: `${String(agents.length)} agents × batches of ${whole(batch)}, ${String(seconds)} s`,
          columns: ['', 'events/s', 'request p50', 'request p99', 'server CPU an event'],
          rows: [
            [
              'POST /api/v1/events',
              whole(rate),
              ms(result.p50Ms),
              ms(result.p99Ms),
              `${cpuUs.toFixed(1)} µs`,
            ],
            ['HMAC and JSON.parse alone, one process', whole(verified), '', '', ''],
            ['COPY alone, an event a row, 2 connections', whole(alone), '', '', ''],
          ],
        },
      ],
      notes: [
        `Each event is new. Acknowledged: ${whole(result.acknowledgedEvents)} events; found after the stop: ${whole(stored)}, counted by their processes: ${whole(counted)}. Other answers: ${JSON.stringify(result.others)}.`,
      ],
    });
  });
} finally {
  await removeDataDir(dataDir);
}
