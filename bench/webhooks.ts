/*
 * From a committed event to its receiver, at 1,000 events a second to 100 endpoints of which one never answers; beside
 * it the same requests by a bare HTTP client, without queue, signature or record. `node bench/webhooks.ts [--rate 1000]
 * [--seconds 20]`; an embedded PostgreSQL in a temporary directory, receivers in a process of their own.
 * Target: p99 < 250 ms.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes, randomUUIDv7 } from 'node:crypto';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { systemClock } from '../packages/server/src/platform/clock.ts';
import {
  migrate,
  openDatabase,
  silentLog,
  startEmbeddedPostgres,
  type Database,
} from '../packages/server/src/platform/database/index.ts';
import { createOutboundClient } from '../packages/server/src/platform/outbound/index.ts';
import { createQueueSender, createQueueWorker } from '../packages/server/src/platform/queue/index.ts';
import { createSealer, sealingKeyOf } from '../packages/server/src/platform/secrets/index.ts';
import { createWebhooks, type Webhooks } from '../packages/server/src/platform/webhooks/index.ts';
import { makeDataDir, removeDataDir } from './ingest-support.ts';
import { describeMachine } from './support/machine.ts';
import { report } from './support/result.ts';
import { latencyOf, type Latency } from './support/statistics.ts';
import { ms, whole } from './support/table.ts';

const { values } = parseArgs({
  options: { rate: { type: 'string', default: '1000' }, seconds: { type: 'string', default: '20' } },
});
const rate = Number(values.rate);
const seconds = Number(values.seconds);
const warmUpSeconds = 5;
const endpointCount = 100;
const liveCount = 99;
const targetMs = 250;
const drainMs = 10_000;
const tickMs = 2;
const publisherConnections = 16;

const machine = describeMachine();
const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6;

interface Receivers {
  readonly port: number;
  /** When the message of each number came, and how often. */
  readonly arrivedMs: Map<number, number>;
  repeats: number;
  readonly child: ChildProcess;
}

const startReceivers = (): Promise<Receivers> =>
  new Promise((resolve, reject) => {
    const program = join(import.meta.dirname, 'support/webhook-receiver-process.ts');
    const child = fork(program, [String(endpointCount), String(liveCount)]);
    const arrivedMs = new Map<number, number>();
    const receivers = { arrivedMs, repeats: 0, child };
    child.once('error', reject);
    child.once('exit', () => reject(new Error('The receivers ended')));
    child.on('message', (message: { port?: number; arrivals?: [number, number][] }) => {
      if (message.port !== undefined) resolve(Object.assign(receivers, { port: message.port }));
      for (const [n, atMs] of message.arrivals ?? []) {
        if (arrivedMs.has(n)) receivers.repeats += 1;
        else arrivedMs.set(n, atMs);
      }
    });
  });

/** Calls `act` with 0, 1, 2 … at the rate, whatever becomes of the calls; answers how many. */
const atRate = async (act: (n: number) => void): Promise<number> => {
  const total = rate * (warmUpSeconds + seconds);
  const startedMs = monotonicMs();
  let n = 0;
  while (n < total) {
    const due = Math.min(total, Math.floor(((monotonicMs() - startedMs) / 1000) * rate));
    for (; n < due; n += 1) act(n);
    await wait(tickMs);
  }
  return total;
};

interface Run {
  readonly latency: Latency;
  readonly lost: number;
  readonly repeats: number;
}

/** Latencies of those after the warm-up, of endpoints that answer. */
const evaluate = (receivers: Receivers, firstMs: ReadonlyMap<number, number>, base: number): Run => {
  const latenciesMs: number[] = [];
  let lost = 0;
  for (const [n, fromMs] of firstMs) {
    if (n % endpointCount >= liveCount || n - base < rate * warmUpSeconds) continue;
    const atMs = receivers.arrivedMs.get(n);
    if (atMs === undefined) lost += 1;
    else latenciesMs.push(Math.max(0, atMs - fromMs));
  }
  return { latency: latencyOf(latenciesMs), lost, repeats: receivers.repeats };
};

const addressOf = (n: number, port: number) => ({ host: `127.0.0.${String((n % endpointCount) + 1)}`, port });

const bare = async (receivers: Receivers): Promise<Run> => {
  const agent = new Agent({ keepAlive: true, maxSockets: 32 });
  const sentMs = new Map<number, number>();
  await atRate((n) => {
    if (n % endpointCount >= liveCount) return;
    sentMs.set(n, monotonicMs());
    const call = request({ ...addressOf(n, receivers.port), agent, method: 'POST' }, (answer) =>
      answer.resume(),
    );
    call.on('error', () => undefined);
    call.end(JSON.stringify({ n }));
  });
  await wait(1_000);
  agent.destroy();
  return evaluate(receivers, sentMs, 0);
};

const webhooksOn = (db: Database, port: number) => {
  const clock = systemClock();
  const log = pino({ level: 'silent' });
  const outbound = createOutboundClient({ clock, log, metricsHooks: { onFinish: () => undefined } });
  const webhooks = createWebhooks({
    db,
    queue: createQueueSender(),
    makeWorker: (options) => createQueueWorker({ db, clock, log, random: Math.random }, options),
    outbound,
    sealer: createSealer({ current: sealingKeyOf(randomBytes(32)) }),
    clock,
    log,
    newId: () => randomUUIDv7(),
    random: Math.random,
    randomBytes,
    destination: { allowHttp: true, allowPrivate: ['127.0.0.0/8'], ports: [port] },
  });
  return { webhooks, outbound };
};

const insertEndpoints = async (db: Database, webhooks: Webhooks, port: number): Promise<void> => {
  for (let index = 0; index < endpointCount; index += 1) {
    const [id, secretId] = [randomUUIDv7(), randomUUIDv7()];
    const { host } = addressOf(index, port);
    await db.query(
      `INSERT INTO webhook_endpoints (id, url, description, event_types, labels, ordered, enabled, created_by,
         created_at, updated_at) VALUES ($1, $2, '', $3, '{}', false, true, 'bench', now(), now())`,
      [id, `http://${host}:${String(port)}/`, [`bench.e${String(index)}`]],
    );
    await db.query(
      'INSERT INTO webhook_secrets (id, endpoint_id, sealed, created_at) VALUES ($1, $2, $3, now())',
      [secretId, id, webhooks.sealSecret(secretId, webhooks.makeSecret())],
    );
  }
};

/** Numbers of the second run, so that both share one receiver. */
const secondRun = 10_000_000;

const delivered = async (
  db: Database,
  connectionString: string,
  receivers: Receivers,
): Promise<Run & { readonly publish: Latency; readonly failed: number; readonly cpuUsPerEvent: number }> => {
  const { webhooks, outbound } = webhooksOn(db, receivers.port);
  await insertEndpoints(db, webhooks, receivers.port);
  await webhooks.start();
  // Publishers are other requests, mostly of other replicas: they do not stand in line with the worker.
  const publishers = await openDatabase({ connectionString, max: publisherConnections, log: silentLog });
  const committedMs = new Map<number, number>();
  const publishMs: number[] = [];
  const cpuBefore = process.cpuUsage();
  let failed = 0;
  const publish = async (n: number): Promise<void> => {
    const startedMs = monotonicMs();
    const type = `bench.e${String(n % endpointCount)}`;
    await publishers.transaction((tx) => webhooks.publish(tx, { type, payload: { n } }));
    committedMs.set(n, monotonicMs());
    publishMs.push(monotonicMs() - startedMs);
  };
  await atRate((n) => {
    publish(secondRun + n).catch(() => {
      failed += 1;
    });
  });
  await wait(drainMs);
  const run = evaluate(receivers, committedMs, secondRun);
  const cpu = process.cpuUsage(cpuBefore);
  await webhooks.stop();
  await outbound.close();
  await publishers.close();
  const cpuUsPerEvent = (cpu.user + cpu.system) / Math.max(1, publishMs.length);
  return { ...run, publish: latencyOf(publishMs), failed, cpuUsPerEvent };
};

const row = (name: string, { count, p50Ms, p90Ms, p99Ms, maxMs }: Latency): readonly string[] => [
  name,
  whole(count),
  ms(p50Ms),
  ms(p90Ms),
  ms(p99Ms),
  ms(maxMs),
];

const tell = (bareRun: Run, run: Awaited<ReturnType<typeof delivered>>): void => {
  report({
    bench: 'webhooks',
    machine,
    figures: [
      {
        name: `p99 from commit to receiver, ${whole(rate)} events/s, 1 of ${String(endpointCount)} endpoints dead`,
        target: `< ${String(targetMs)} ms`,
        measured: ms(run.latency.p99Ms),
        met: run.latency.p99Ms < targetMs && run.lost === 0 && run.failed === 0,
      },
    ],
    tables: [
      {
        title: `${whole(rate)} events/s for ${String(seconds)} s, after ${String(warmUpSeconds)} s of warm-up`,
        columns: ['', 'events', 'p50', 'p90', 'p99', 'max'],
        rows: [
          row('bare HTTP POST, sent to received', bareRun.latency),
          row('webhooks, committed to received', run.latency),
          row('publishing, call to commit', run.publish),
        ],
      },
    ],
    notes: [
      'Each event is a transaction of its own; publisher, worker and PostgreSQL share the machine with the receivers.',
      `Not received: ${whole(run.lost)}; received more than once: ${whole(run.repeats)}; not published: ${whole(run.failed)}.`,
      `CPU time of the process that publishes and delivers: ${whole(run.cpuUsPerEvent)} µs an event.`,
    ],
  });
};

const receivers = await startReceivers();
const dataDir = await makeDataDir();
try {
  const bareRun = await bare(receivers);
  const server = await startEmbeddedPostgres({ dataDir, log: silentLog });
  try {
    const db = await openDatabase({ connectionString: server.connectionString, log: silentLog });
    await migrate(db, silentLog);
    tell(bareRun, await delivered(db, server.connectionString, receivers).finally(() => db.close()));
  } finally {
    await server.stop();
  }
} finally {
  receivers.child.removeAllListeners('exit');
  receivers.child.disconnect();
  await removeDataDir(dataDir);
}
