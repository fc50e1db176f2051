/*
 * What verifying an API key costs with 50,000 keys in the database and all of them in use: `authenticate()` warm (from
 * the cache), cold (one read of the database each, the cache empty), and beside it the same read alone.
 * `node bench/key-verification.ts [--keys 50000]`; an embedded PostgreSQL in a temporary directory. Target: p99 < 1 ms
 * warm.
 */
import { createSecretKey, randomBytes, randomUUIDv7 } from 'node:crypto';
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
import { findKeysByHash } from '../packages/server/src/platform/identity/credential-store.ts';
import {
  createIdentity,
  hashBytesOf,
  hashOpaqueSecret,
  makeOpaqueSecret,
} from '../packages/server/src/platform/identity/index.ts';
import { makeDataDir, removeDataDir } from './ingest-support.ts';
import { describeMachine } from './support/machine.ts';
import { report } from './support/result.ts';
import { ms, whole } from './support/table.ts';

const { values } = parseArgs({ options: { keys: { type: 'string', default: '50000' } } });
const keyCount = Number(values.keys);
const warmRounds = 4;
const databaseReads = 5_000;
const targetUs = 1000;

const machine = describeMachine();

const makeKeys = async (db: Database): Promise<readonly string[]> => {
  const keys = Array.from({ length: keyCount }, () => makeOpaqueSecret(randomBytes));
  const userId = randomUUIDv7();
  await db.query(
    `INSERT INTO users (id, username, roles, created_at, updated_at) VALUES ($1, 'bench', '{operator}', now(), now())`,
    [userId],
  );
  await db.query(
    `INSERT INTO api_keys (id, user_id, key_hash, key_prefix, created_at)
     SELECT gen_random_uuid(), $1, h, 'benchkey', now() FROM unnest($2::bytea[]) h`,
    [userId, keys.map(hashBytesOf)],
  );
  await db.query('ANALYZE');
  return keys;
};

interface Figures {
  readonly calls: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly maxUs: number;
  readonly perSecond: number;
}

/** One call after another, each measured alone. */
const measure = async (
  items: readonly string[],
  work: (item: string) => Promise<unknown>,
): Promise<Figures> => {
  const timesUs = new Float64Array(items.length);
  const startedMs = performance.now();
  for (const [index, item] of items.entries()) {
    const before = performance.now();
    await work(item);
    timesUs[index] = (performance.now() - before) * 1000;
  }
  const elapsedMs = performance.now() - startedMs;
  timesUs.sort();
  const at = (share: number): number =>
    timesUs[Math.min(items.length - 1, Math.floor(items.length * share))] ?? 0;
  return {
    calls: items.length,
    p50Us: at(0.5),
    p99Us: at(0.99),
    maxUs: at(1),
    perSecond: items.length / (elapsedMs / 1000),
  };
};

const shuffled = (keys: readonly string[]): string[] =>
  keys
    .map((key) => ({ key, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ key }) => key);

const run = async (db: Database): Promise<void> => {
  const keys = await makeKeys(db);
  const identity = createIdentity({
    db,
    clock: systemClock(),
    log: pino({ level: 'silent' }),
    newId: () => randomUUIDv7(),
    signingKey: createSecretKey(randomBytes(32)),
    clientSigningKey: createSecretKey(randomBytes(32)),
  });
  await identity.start();
  const authenticate = (key: string) =>
    identity.authenticator.authenticate({ authorization: `Bearer ${key}`, remoteAddress: '127.0.0.1' });
  const heapBefore = process.memoryUsage().heapUsed;
  const alone = await measure(shuffled(keys).slice(0, databaseReads), (key) =>
    findKeysByHash(db, [hashOpaqueSecret(key)]),
  );
  const cold = await measure(shuffled(keys), authenticate);
  const warm = await measure(Array.from({ length: warmRounds }, () => shuffled(keys)).flat(), authenticate);
  const { cachedKeys } = identity.stats();
  const heapMb = (process.memoryUsage().heapUsed - heapBefore) / 1e6;
  await identity.stop();

  const row = (name: string, { calls, p50Us, p99Us, maxUs, perSecond }: Figures): readonly string[] => [
    name,
    whole(calls),
    `${p50Us.toFixed(1)} µs`,
    `${p99Us.toFixed(1)} µs`,
    `${whole(maxUs)} µs`,
    whole(perSecond),
  ];
  report({
    bench: 'key-verification',
    machine,
    figures: [
      {
        name: `p99 of verifying a key, ${whole(keyCount)} keys in use`,
        target: `< ${targetUs / 1000} ms`,
        measured: ms(warm.p99Us / 1000),
        met: warm.p99Us < targetUs,
      },
    ],
    tables: [
      {
        title: `${whole(keyCount)} keys, one call at a time`,
        columns: ['', 'calls', 'p50', 'p99', 'max', 'calls/s'],
        rows: [
          row('warm, from the cache', warm),
          row('cold, through the database', cold),
          row('the database read alone', alone),
        ],
      },
    ],
    notes: [
      `${whole(cachedKeys)} keys are cached in about ${heapMb.toFixed(0)} MB of heap, the run’s own lists included.`,
    ],
  });
};

const dataDir = await makeDataDir();
try {
  const server = await startEmbeddedPostgres({ dataDir, log: silentLog });
  try {
    const db = await openDatabase({ connectionString: server.connectionString, log: silentLog });
    await migrate(db, silentLog);
    await run(db).finally(() => db.close());
  } finally {
    await server.stop();
  }
} finally {
  await removeDataDir(dataDir);
}
