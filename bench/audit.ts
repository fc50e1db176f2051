/*
 * Durable audit entries per second through the audit writer, beside what COPY alone does with the same rows on the
 * same PostgreSQL; and verified entries per second, beside SHA-256 alone over as many bytes and COPY alone out of it. `node bench/audit.ts [seconds]`; starts an embedded PostgreSQL in a temporary directory, or uses
 * DATABASE_URL (its tables are migrated and filled: give it an empty database).
 */
import { createSecretKey, hash, randomBytes, randomUUIDv7 } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createAuditWriter,
  verifyTrail,
  type AuditInput,
} from '../packages/server/src/platform/audit/index.ts';
import { rawColumns } from '../packages/server/src/platform/audit/canonical-row.ts';
import { canonicalText, sealEntries } from '../packages/server/src/platform/audit/canonical.ts';
import { createDigester } from '../packages/server/src/platform/audit/digest.ts';
import { emptyChain } from '../packages/server/src/platform/audit/entry.ts';
import { factsOf } from '../packages/server/src/platform/audit/facts.ts';
import { copyEntries } from '../packages/server/src/platform/audit/store.ts';
import { systemClock } from '../packages/server/src/platform/clock.ts';
import {
  migrate,
  openDatabase,
  silentLog,
  startEmbeddedPostgres,
  type Database,
} from '../packages/server/src/platform/database/index.ts';

const clock = systemClock();
const digestKey = createSecretKey(randomBytes(32));
const digester = createDigester(digestKey);

const input = (n: number): AuditInput => ({
  correlationId: randomUUIDv7(),
  principalId: '01990000-0000-7000-8000-000000000001',
  principalKind: 'api_key',
  principalName: 'sensor-gpu-node-01',
  action: 'telemetry.ingest',
  resource: `gpu:01990000-0000-7000-8000-${String(n % 1_000).padStart(12, '0')}`,
  granted: true,
  reason: 'ok',
  ipAddress: '10.0.1.100',
  userAgent: 'gpushield-sensor/0.1.0',
  details: { records: 100 },
});

const copyAlone = async (db: Database, seconds: number, batchEntries: number): Promise<number> => {
  const facts = Array.from({ length: batchEntries }, (_, n) =>
    factsOf(input(n), { id: randomUUIDv7(), occurredAtMs: clock.nowMs(), digester }),
  );
  let written = 0;
  let busyMs = 0;
  while (busyMs < seconds * 1_000) {
    // Sealing is not COPY's work: it stays outside of its time.
    const { sealed } = sealEntries(
      facts.map((each) => ({ ...each, id: randomUUIDv7() })),
      emptyChain(randomUUIDv7()),
    );
    const startedMs = clock.monotonicMs();
    await db.transaction((tx) => copyEntries(tx, sealed));
    busyMs += clock.monotonicMs() - startedMs;
    written += batchEntries;
  }
  return written / (busyMs / 1_000);
};

interface WriterResult {
  readonly perSecond: number;
  readonly perCommit: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const throughWriter = async (db: Database, seconds: number, callers: number): Promise<WriterResult> => {
  const writer = createAuditWriter({ db, clock, newId: randomUUIDv7, digestKey, log: silentLog });
  await writer.start();
  const startedMs = clock.monotonicMs();
  const untilMs = startedMs + seconds * 1_000;
  const waits: number[] = [];
  const caller = async (): Promise<void> => {
    while (clock.monotonicMs() < untilMs) {
      const sentMs = clock.monotonicMs();
      await writer.record(input(waits.length));
      waits.push(clock.monotonicMs() - sentMs);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  const tookMs = clock.monotonicMs() - startedMs;
  await writer.close();
  waits.sort((a, b) => a - b);
  const at = (share: number): number => waits[Math.floor(waits.length * share)] ?? 0;
  const { recorded, commits } = writer.stats();
  return {
    perSecond: recorded / (tookMs / 1_000),
    perCommit: recorded / commits,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
  };
};

/** Entries per second that `work` gets through; it answers how many it did. */
const rateOf = async (work: () => Promise<number>): Promise<number> => {
  const startedMs = clock.monotonicMs();
  const entries = await work();
  return entries / ((clock.monotonicMs() - startedMs) / 1_000);
};

const hashAlone = (): Promise<number> => {
  const facts = factsOf(input(1), { id: randomUUIDv7(), occurredAtMs: clock.nowMs(), digester });
  const place = { writerId: randomUUIDv7(), sequence: 123_456, previousHash: Buffer.alloc(32) };
  const bytes = Buffer.from(canonicalText(facts, place));
  const rounds = 300_000;
  for (let round = 0; round < rounds; round += 1) hash('sha256', bytes, 'latin1');
  return Promise.resolve(rounds);
};

const copyOutAlone = (db: Database): Promise<number> =>
  db.transaction(async (tx) => {
    await tx.query('SET LOCAL enable_sort = off; SET LOCAL enable_seqscan = off');
    const select = `SELECT ${rawColumns.join(', ')} FROM audit_entries ORDER BY writer_id, sequence`;
    return tx.copyOut(select, [], () => undefined);
  });

/** Three times each, taking turns, because the machine may not be quiet; the best of each counts. */
const verification = async (db: Database): Promise<void> => {
  await db.query('ANALYZE audit_entries');
  const best = { hash: 0, copy: 0, verify: 0 };
  for (let round = 0; round < 3; round += 1) {
    best.hash = Math.max(best.hash, await rateOf(hashAlone));
    best.copy = Math.max(best.copy, await rateOf(() => copyOutAlone(db)));
    const verified = await rateOf(async () => {
      const { entries, brokenChains } = await verifyTrail({ db });
      // The chains of COPY alone begin with each batch and are whole, as are the writers'.
      if (brokenChains > 0) throw new Error('The bench wrote a trail that does not verify');
      return entries;
    });
    best.verify = Math.max(best.verify, verified);
  }
  console.log(`SHA-256 alone, one core:  ${whole(best.hash)} entries/s`);
  console.log(`COPY out alone:           ${whole(best.copy)} entries/s`);
  console.log(`verify:                   ${whole(best.verify)} entries/s (target 200,000)`);
};

const whole = (value: number): string => Math.round(value).toLocaleString('en');

const run = async (db: Database, seconds: number): Promise<void> => {
  await migrate(db, silentLog);
  const alone = await copyAlone(db, seconds, 2_048);
  console.log(`COPY alone, 2,048 entries a commit:  ${whole(alone)} entries/s`);
  for (const callers of [1, 64, 1_024, 4_096]) {
    const { perSecond, perCommit, p50Ms, p99Ms } = await throughWriter(db, seconds, callers);
    const share = ((100 * perSecond) / alone).toFixed(0);
    console.log(
      `writer, ${String(callers).padStart(5)} callers:  ${whole(perSecond)} entries/s (${share} % of COPY alone), ` +
        `${whole(perCommit)} a commit, p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms`,
    );
  }
  await verification(db);
};

const main = async (): Promise<void> => {
  const seconds = Number(process.argv[2] ?? 3);
  const given = process.env['DATABASE_URL'];
  const dataDir = await mkdtemp(join(tmpdir(), 'gpushield-bench-'));
  // PostgreSQL's own account must pass through where this runs as root.
  await chmod(dataDir, 0o711);
  const embedded = given === undefined ? await startEmbeddedPostgres({ dataDir, log: silentLog }) : undefined;
  const db = await openDatabase({
    connectionString: given ?? embedded?.connectionString ?? '',
    log: silentLog,
  });
  try {
    await run(db, seconds);
  } finally {
    await db.close();
    await embedded?.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
};

await main();
