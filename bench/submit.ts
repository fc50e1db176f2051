/*
 * POST /v1/jobs/submit with 10,000 users and 50,000 keys: as fast as it goes beside raw `pgmq.send` through pgbench in the
 * same run, and its latency at 500 a second. Each submission is a row of the job, a message and an audit entry, durable
 * before the answer. `node bench/submit.ts [--seconds 10] [--profile DIR]`; server, PostgreSQL and clients share the machine.
 * Targets: 0.6 × pgbench; p99 < 20 ms.
 */
import { execFileSync } from 'node:child_process';
import { randomBytes, randomUUIDv7 } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { putCapacity } from '../packages/server/src/domains/reservations/cluster-store.ts';
import {
  openDatabase,
  silentLog,
  startEmbeddedPostgres,
  type Database,
} from '../packages/server/src/platform/database/index.ts';
import { hashBytesOf, makeOpaqueSecret } from '../packages/server/src/platform/identity/index.ts';
import { ensureQueue } from '../packages/server/src/platform/queue/index.ts';
import { closedLoop, onlySuccesses } from './support/closed-loop.ts';
import { openConnection, requestBytes, type Connection } from './support/connection.ts';
import { describeMachine } from './support/machine.ts';
import { report } from './support/result.ts';
import { startServer, withDataDir, type BenchServer } from './support/server.ts';
import { latencyOf } from './support/statistics.ts';
import { ms, whole } from './support/table.ts';

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '10' }, profile: { type: 'string' } },
});
const seconds = Number(values.seconds);
const users = 10_000;
const keysPerUser = 5;
const ratePerSecond = 500;
const clients = 16;
const targetShare = 0.6;
const targetP99Ms = 20;
const rounds = 2;

const machine = describeMachine();
const pgbenchFile = ['/usr/bin/pgbench', '/usr/lib/postgresql/15/bin/pgbench'].find((file) =>
  existsSync(file),
);

/** Users with keys of their own, and a cluster of H100 nodes that nobody works off: this measures the submission. */
const seed = async (db: Database): Promise<readonly string[]> => {
  const ids = Array.from({ length: users }, () => randomUUIDv7());
  const keys = Array.from({ length: users * keysPerUser }, () => makeOpaqueSecret(randomBytes));
  await db.query(
    `INSERT INTO users (id, username, roles, created_at, updated_at)
     SELECT id, 'user-' || n, '{researcher}', now(), now() FROM unnest($1::uuid[]) WITH ORDINALITY AS u (id, n)`,
    [ids],
  );
  await db.query(
    `INSERT INTO api_keys (id, user_id, key_hash, key_prefix, created_at)
     SELECT gen_random_uuid(), ($1::uuid[])[1 + n % $3::int], h, 'benchkey', now()
       FROM unnest($2::bytea[]) WITH ORDINALITY AS k (h, n)`,
    [ids, keys.map(hashBytesOf), users],
  );
  const pools = [{ gpuType: 'h100', total: 8, usedByOthers: 0, deviceIds: null }];
  const nodes = Array.from({ length: 100 }, (_, n) => ({
    name: `node-${String(n)}`,
    ready: true,
    unschedulableReason: null,
    pools,
    cpuMillis: 192_000,
    memoryMib: 2_000_000,
  }));
  await putCapacity(db, 'local', { nodes, observedAtMs: Date.now() });
  await ensureQueue(db, 'bench');
  await db.query('ANALYZE');
  return keys;
};

const body = JSON.stringify({ instance_type: 'p5.48xlarge', duration_hours: 4, command: 'python train.py' });
const requestWith = (key: string): Buffer =>
  requestBytes({
    method: 'POST',
    path: '/v1/jobs/submit',
    headers: { authorization: `Bearer ${key}` },
    body,
  });

const message = JSON.stringify({
  action: 'create_reservation',
  job_id: '0197f000-0000-7000-8000-000000000001',
});
const sendSql = `SELECT pgmq.send('bench'::text, '${message}'::jsonb)`;

/** Messages a second of as many clients that only send, each waiting for its commit. */
const rawSends = async (connectionString: string, dataDir: string): Promise<number> => {
  if (pgbenchFile === undefined) {
    const pool = new pg.Pool({ connectionString, max: clients });
    const untilMs = performance.now() + seconds * 1000;
    let sent = 0;
    await Promise.all(
      Array.from({ length: clients }, async () => {
        for (; performance.now() < untilMs; sent += 1) await pool.query({ name: 's', text: sendSql });
      }),
    );
    await pool.end();
    return sent / seconds;
  }
  const url = new URL(connectionString);
  const script = join(dataDir, 'send.sql');
  writeFileSync(script, `${sendSql};`);
  const host = [
    '-h',
    decodeURIComponent(url.hostname),
    '-p',
    url.port,
    '-U',
    url.username,
    url.pathname.slice(1),
  ];
  const load = [
    '-n',
    '-M',
    'prepared',
    '-f',
    script,
    '-c',
    String(clients),
    '-j',
    '1',
    '-T',
    String(seconds),
  ];
  const output = execFileSync(pgbenchFile, [...load, ...host], {
    encoding: 'utf8',
    env: { PGPASSWORD: decodeURIComponent(url.password) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return Number(/tps = ([\d.]+)/.exec(output)?.[1] ?? Number.NaN);
};

/** Submissions at a steady rate, each of another key, timed from when it was due. */
const steady = async (server: BenchServer, keys: readonly string[]): Promise<readonly number[]> => {
  const idle: Connection[] = await Promise.all(Array.from({ length: 64 }, () => openConnection(server.port)));
  const all = [...idle];
  const took: number[] = [];
  const under: Promise<void>[] = [];
  const total = ratePerSecond * seconds;
  const startMs = performance.now() + 50;
  const one = async (n: number): Promise<void> => {
    const dueMs = startMs + (n * 1000) / ratePerSecond;
    await sleep(Math.max(0, dueMs - performance.now()));
    let connection = idle.pop();
    while (connection === undefined) {
      await sleep(1);
      connection = idle.pop();
    }
    const { status, body: text } = await connection.exchange(
      requestWith(keys[(n * 7919) % keys.length] ?? ''),
    );
    if (status !== 200) throw new Error(`A submission answered ${String(status)}: ${text.toString()}`);
    took.push(performance.now() - dueMs);
    idle.push(connection);
  };
  for (let n = 0; n < total; n += 1) {
    under.push(one(n));
    if (n % 50 === 0)
      await sleep(Math.max(0, startMs + (n * 1000) / ratePerSecond - performance.now() - 200));
  }
  await Promise.all(under);
  for (const connection of all) connection.close();
  // The first second fills the caches of keys and plans.
  return took.slice(ratePerSecond);
};

interface Measured {
  readonly took: readonly number[];
  readonly waited: number;
  readonly raw: number;
  readonly submitted: number;
}

const measure = async (
  db: Database,
  server: BenchServer,
  keys: readonly string[],
  place: { readonly connectionString: string; readonly dataDir: string },
): Promise<Measured> => {
  const took = await steady(server, keys);
  const { rows } = await db.query<{ n: number }>('SELECT count(*)::int AS n FROM jobs');
  const raw: number[] = [];
  const submitted: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    // Others' waiting jobs are not what is measured here.
    await db.query(`UPDATE jobs SET released_at = now() WHERE released_at IS NULL`);
    raw.push(await rawSends(place.connectionString, place.dataDir));
    const loop = await closedLoop({
      port: server.port,
      connections: clients,
      durationMs: seconds * 1000,
      warmUpMs: 1_000,
      request: (n) => requestWith(keys[(n * 7919) % keys.length] ?? ''),
    });
    submitted.push(onlySuccesses(loop, 'submit').perSecond);
  }
  return { took, waited: rows[0]?.n ?? 0, raw: Math.max(...raw), submitted: Math.max(...submitted) };
};

const tell = ({ took, waited, raw, submitted }: Measured): void => {
  const { p50Ms, p90Ms, p99Ms, maxMs } = latencyOf(took);
  const share = submitted / raw;
  report({
    bench: 'submit',
    machine,
    figures: [
      {
        name: 'submissions beside raw pgmq.send in pgbench',
        target: `≥ ${String(targetShare)} ×`,
        measured: `${share.toFixed(2)} ×`,
        met: share >= targetShare,
      },
      {
        name: `p99 of a submission at ${String(ratePerSecond)}/s, ${whole(users)} users, ${whole(users * keysPerUser)} keys`,
        target: `< ${String(targetP99Ms)} ms`,
        measured: ms(p99Ms),
        met: p99Ms < targetP99Ms,
      },
    ],
    tables: [
      {
        title: `${String(clients)} clients, each waits for its commit`,
        columns: ['', 'a second'],
        rows: [
          [pgbenchFile === undefined ? 'pgmq.send through pg' : 'pgmq.send in pgbench', whole(raw)],
          ['POST /v1/jobs/submit: row, message, audit entry', whole(submitted)],
        ],
      },
      {
        title: `At ${String(ratePerSecond)} submissions a second`,
        columns: ['submissions', 'p50', 'p90', 'p99', 'max'],
        rows: [[whole(took.length), ms(p50Ms), ms(p90Ms), ms(p99Ms), ms(maxMs)]],
      },
    ],
    notes: [
      `The best of ${String(rounds)} alternating rounds counts. A submission is a whole HTTP request with two commits one after the other, each shared with what comes at the same moment: its audit entry, and the row with its message. Its key is looked up, its demand is checked against the cluster, and its start is estimated.`,
      `${whole(waited)} jobs waited at the end of the steady load; the estimate is made of all of them.`,
    ],
  });
};

await withDataDir(async (dataDir) => {
  // The first start makes the tables.
  await (await startServer({ dataDir })).stop();
  const postgres = await startEmbeddedPostgres({ dataDir, log: silentLog });
  const { connectionString } = postgres;
  const db = await openDatabase({ connectionString, log: silentLog });
  try {
    const keys = await seed(db);
    const env = {
      GPUSHIELD_ROLES: 'api',
      SECRET_KEY: 'a secret of the bench that is long enough for all',
      DATABASE_URL: connectionString,
    };
    const profiling: Record<string, string> =
      values.profile === undefined ? {} : { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${values.profile}` };
    const server = await startServer({ dataDir, env: { ...env, ...profiling } });
    try {
      tell(await measure(db, server, keys, { connectionString, dataDir }));
    } finally {
      await server.stop();
    }
  } finally {
    await db.close();
    await postgres.stop();
  }
});
