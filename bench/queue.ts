/*
 * The queue beside the same SQL through pgbench, the drain of one worker process, and how soon a worker wakes.
 * `node bench/queue.ts`; starts a durable PostgreSQL in a temporary directory. Without pgbench (Debian's
 * postgresql-contrib) the same SQL runs through `pg` directly, and the result says so.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { systemClock } from '../packages/server/src/platform/clock.ts';
import {
  migrate,
  openDatabase,
  silentLog,
  startEmbeddedPostgres,
  type Database,
} from '../packages/server/src/platform/database/index.ts';
import {
  createQueueSender,
  createQueueWorker,
  ensureQueue,
  type QueueHandler,
} from '../packages/server/src/platform/queue/index.ts';
import { describeMachine } from './support/machine.ts';
import { report } from './support/result.ts';
import { withDataDir } from './support/server.ts';
import { latencyOf } from './support/statistics.ts';
import { ms, whole } from './support/table.ts';

const clients = 4;
const sendSeconds = 6;
const drained = 40_000;
const readQuantity = 500;
const wakeUps = 400;
const queue = 'bench';
const body = { job: '0197f000-0000-7000-8000-000000000001', kind: 'reconcile' };
// Runs alternate, and each figure is the best of its own: another process on this machine hurts only one of them.
const rounds = 3;

const sender = createQueueSender();
const clock = systemClock();
const pgbenchFile = ['/usr/bin/pgbench', '/usr/lib/postgresql/15/bin/pgbench'].find((file) =>
  existsSync(file),
);

interface Bench {
  readonly db: Database;
  readonly connectionString: string;
  readonly dataDir: string;
}

const sendSql = (message: string) =>
  `SELECT s::text AS id FROM pgmq.send('${queue}'::text, '${message}'::jsonb, NULL::jsonb, 0::integer) AS s`;
const readSql = `SELECT msg_id::text AS id, read_ct, enqueued_at, vt, message, headers FROM pgmq.read('${queue}', 30, ${readQuantity})`;

/** pgbench's own figure, in transactions a second without the time to connect. */
const pgbench = (
  { connectionString, dataDir }: Bench,
  file: string,
  script: string,
  args: string[],
): number => {
  const url = new URL(connectionString);
  const scriptFile = join(dataDir, 'script.sql');
  writeFileSync(scriptFile, script);
  const output = execFileSync(
    file,
    [
      '-n',
      '-M',
      'prepared',
      '-f',
      scriptFile,
      ...args,
      '-h',
      decodeURIComponent(url.hostname),
      '-p',
      url.port,
      '-U',
      url.username,
      url.pathname.slice(1),
    ],
    {
      encoding: 'utf8',
      env: { PGPASSWORD: decodeURIComponent(url.password) },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const tps = /tps = ([\d.]+)/.exec(output)?.[1];
  if (tps === undefined) throw new Error(`pgbench said: ${output}`);
  return Number(tps);
};

const perSecond = async (seconds: number, work: () => Promise<unknown>): Promise<number> => {
  const startedMs = clock.monotonicMs();
  let done = 0;
  const client = async () => {
    while (clock.monotonicMs() - startedMs < seconds * 1000) {
      await work();
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return done / ((clock.monotonicMs() - startedMs) / 1000);
};

const empty = (bench: Bench) => bench.db.query('SELECT pgmq.purge_queue($1::text)', [queue]);
const fill = async ({ db }: Bench, count: number): Promise<void> => {
  const bodies = Array.from({ length: 1_000 }, () => body);
  for (let n = 0; n < count; n += 1_000) await sender.sendBatch(db, queue, bodies);
  await db.query(`VACUUM ANALYZE pgmq.q_${queue}`);
};

const rawSend = async (bench: Bench): Promise<number> => {
  if (pgbenchFile !== undefined) {
    return pgbench(bench, pgbenchFile, `${sendSql(JSON.stringify(body))};`, [
      '-c',
      String(clients),
      '-j',
      '1',
      '-T',
      String(sendSeconds),
    ]);
  }
  const pool = new pg.Pool({ connectionString: bench.connectionString, max: clients });
  const result = await perSecond(sendSeconds, () =>
    pool.query({ name: 's', text: sendSql(JSON.stringify(body)) }),
  );
  await pool.end();
  return result;
};

/** Messages a second that are read and archived by the plain SQL, `readQuantity` at a time, two clients. */
const rawDrain = async (bench: Bench): Promise<number> => {
  await fill(bench, drained);
  const turns = drained / readQuantity;
  if (pgbenchFile !== undefined) {
    const script = `SELECT array_agg(id)::text AS ids, array_agg(message)::text AS bodies FROM (${readSql}) r \\gset
SELECT count(*) FROM pgmq.archive('${queue}'::text, :ids::bigint[]);`;
    return (
      pgbench(bench, pgbenchFile, script, ['-c', '2', '-j', '1', '-t', String(turns / 2)]) * readQuantity
    );
  }
  const pool = new pg.Pool({ connectionString: bench.connectionString, max: 2 });
  const startedMs = clock.monotonicMs();
  await Promise.all(
    [0, 1].map(async () => {
      for (let turn = 0; turn < turns / 2; turn += 1) {
        const { rows } = await pool.query<{ id: string }>({ name: 'r', text: readSql });
        await pool.query(`SELECT count(*) FROM pgmq.archive('${queue}'::text, $1::bigint[])`, [
          rows.map(({ id }) => id),
        ]);
      }
    }),
  );
  await pool.end();
  return drained / ((clock.monotonicMs() - startedMs) / 1000);
};

const withWorker = async <T>(db: Database, handler: QueueHandler, use: () => Promise<T>): Promise<T> => {
  const deps = { db, clock, log: pino({ level: 'silent' }), random: Math.random };
  const worker = createQueueWorker(deps, { queue, concurrency: 2 * readQuantity, handler });
  await worker.start();
  try {
    return await use();
  } finally {
    await worker.stop(5_000);
  }
};

/** Messages a second from the worker's start until the last of them is archived. */
const workerDrain = async (bench: Bench): Promise<number> => {
  await fill(bench, drained);
  let handled = 0;
  const startedMs = clock.monotonicMs();
  const all = Promise.withResolvers<undefined>();
  const handler: QueueHandler = () => {
    if ((handled += 1) === drained) all.resolve(undefined);
    return Promise.resolve({ kind: 'done' });
  };
  // The stop waits until the last end is written.
  await withWorker(bench.db, handler, () => all.promise);
  return drained / ((clock.monotonicMs() - startedMs) / 1000);
};

/** From before a message is sent to the first line of its handler, in an idle worker. */
const wakeUpsMs = async ({ db }: Bench): Promise<readonly number[]> => {
  const latencies: number[] = [];
  let sentMs = 0;
  let got = Promise.withResolvers<undefined>();
  const handler: QueueHandler = () => {
    latencies.push(clock.monotonicMs() - sentMs);
    got.resolve(undefined);
    return Promise.resolve({ kind: 'done' });
  };
  await withWorker(db, handler, async () => {
    for (let n = 0; n < wakeUps; n += 1) {
      await new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 20));
      got = Promise.withResolvers();
      sentMs = clock.monotonicMs();
      await sender.send(db, queue, body);
      await got.promise;
    }
  });
  return latencies;
};

const measure = async (bench: Bench) => {
  const best = { rawSend: 0, send: 0, rawDrain: 0, drain: 0 };
  for (let round = 0; round < rounds; round += 1) {
    best.rawSend = Math.max(best.rawSend, await rawSend(bench));
    await empty(bench);
    best.send = Math.max(best.send, await perSecond(sendSeconds, () => sender.send(bench.db, queue, body)));
    await empty(bench);
    best.rawDrain = Math.max(best.rawDrain, await rawDrain(bench));
    await empty(bench);
    best.drain = Math.max(best.drain, await workerDrain(bench));
  }
  return { ...best, wake: latencyOf(await wakeUpsMs(bench)) };
};

const machine = describeMachine();
const results = await withDataDir(async (dataDir) => {
  const server = await startEmbeddedPostgres({ dataDir, log: silentLog });
  const db = await openDatabase({ connectionString: server.connectionString, log: silentLog });
  try {
    await migrate(db, silentLog);
    await ensureQueue(db, queue);
    return await measure({ db, connectionString: server.connectionString, dataDir });
  } finally {
    await db.close();
    await server.stop();
  }
});

const share = (ours: number, raw: number) => `${(ours / raw).toFixed(2)} ×`;
const baseline = pgbenchFile === undefined ? 'raw SQL through pg' : 'pgbench';
const { send, drain, wake } = results;
report({
  bench: 'queue',
  machine,
  figures: [
    {
      name: `send beside ${baseline}`,
      target: '≥ 0.9 ×',
      measured: share(send, results.rawSend),
      met: send >= 0.9 * results.rawSend,
    },
    {
      name: `read and archive beside ${baseline}`,
      target: '≥ 0.8 ×',
      measured: share(drain, results.rawDrain),
      met: drain >= 0.8 * results.rawDrain,
    },
    {
      name: 'drained by one worker process',
      target: '≥ 10,000/s',
      measured: `${whole(drain)}/s`,
      met: drain >= 10_000,
    },
    { name: 'wake-up p99', target: '< 20 ms', measured: ms(wake.p99Ms), met: wake.p99Ms < 20 },
  ],
  tables: [
    {
      title: 'Messages a second',
      columns: ['', baseline, 'GPUShield'],
      rows: [
        [`send, ${clients} clients, each waits for its commit`, whole(results.rawSend), whole(send)],
        [`read and archive, ${readQuantity} at a time`, whole(results.rawDrain), whole(drain)],
      ],
    },
    {
      title: 'From before the send to the handler, idle worker',
      columns: ['', 'p50', 'p90', 'p99', 'max'],
      rows: [['wake-up', ms(wake.p50Ms), ms(wake.p90Ms), ms(wake.p99Ms), ms(wake.maxMs)]],
    },
  ],
  notes: [
    'Sends of GPUShield that come at the same time share a statement and its commit, outside of transactions; pgbench cannot.',
    `Both sides run the same functions of PGMQ on the same durable PostgreSQL, with notifications of inserts on; runs alternate and the best of ${rounds} counts.`,
    'Both sides fetch the messages. The worker also parses them, runs a handler for each, and ends only what is still its own; the plain SQL archives by id, on two connections.',
    'The load generator, PostgreSQL and the worker share the machine.',
  ],
});
