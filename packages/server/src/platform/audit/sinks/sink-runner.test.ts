import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase } from '../../../testing/index.ts';
import { systemClock } from '../../clock.ts';
import { silentLog } from '../../database/index.ts';
import type { Checkpoint } from '../checkpoint.ts';
import type { AuditChainEntry } from '../entry.ts';
import { testWriter, writeDecisions } from '../test-support.ts';
import { createFileSink } from './file-sink.ts';
import { createSinkRunner, retryDelayMs, type SinkRunner } from './sink-runner.ts';
import type { AuditSink } from './types.ts';

const holderA = '01990000-0000-7000-8000-00000000000a';
const holderB = '01990000-0000-7000-8000-00000000000b';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let runners: SinkRunner[] = [];

beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  for (const runner of runners) await runner.stop();
  runners = [];
  await database.drop();
});

/** A sink in memory that can be away, or die between taking a batch and saying so. */
const memorySink = () => {
  const taken: AuditChainEntry[] = [];
  const sizes: number[] = [];
  const state = { away: false, dieAfter: 0 };
  const sink: AuditSink = {
    name: 'memory',
    deliver: (entries) => {
      if (state.away) return Promise.reject(new Error('away'));
      taken.push(...entries);
      sizes.push(entries.length);
      if (state.dieAfter > 0) {
        state.dieAfter -= 1;
        return Promise.reject(new Error('killed before it could say so'));
      }
      return Promise.resolve();
    },
    deliverCheckpoints: (_checkpoints: readonly Checkpoint[]) => Promise.resolve(),
    close: () => Promise.resolve(),
  };
  return { sink, taken, sizes, state };
};

const startRunner = (
  sink: AuditSink,
  holder = holderA,
  onLag: (entries: number) => void = () => undefined,
) => {
  const runner = createSinkRunner({
    db: database.db,
    sink,
    holder,
    clock: systemClock(),
    random: () => 0,
    log: silentLog,
    onLag,
    pollMs: 20,
    batchEntries: 100,
  });
  runners.push(runner);
  runner.start();
  return runner;
};

const until = async (condition: () => boolean): Promise<void> => {
  const deadline = performance.now() + 20_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('it did not happen in time');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};

/** Sequences by writer, in the order in which they first came. */
const firstComings = (entries: readonly AuditChainEntry[]): number[][] => {
  const chains = Map.groupBy(entries, ({ writerId }) => writerId);
  return [...chains.values()].map((chain) => [...new Set(chain.map(({ sequence }) => sequence))]);
};

const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n + 1);

describe('a sink', () => {
  it('gets everything of every writer in order, in bounded batches, though it was away', async () => {
    const { sink, taken, sizes, state } = memorySink();
    state.away = true;
    const lags: number[] = [];
    const runner = startRunner(sink, holderA, (entries) => lags.push(entries));
    const writers = [testWriter(database.db), testWriter(database.db)];
    for (const writer of writers) await writeDecisions(writer, 730);
    for (const writer of writers) await writer.close();
    await until(() => runner.health().failures > 0);
    expect(runner.health().problem).toBe('away');
    expect(taken).toEqual([]);
    state.away = false;
    await until(() => taken.length >= 1_460);
    expect(firstComings(taken)).toEqual([upTo(730), upTo(730)]);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(100);
    await until(() => runner.health().lagEntries === 0);
    expect(Math.max(...lags)).toBeGreaterThan(700);
    expect(runner.health()).toMatchObject({ failures: 0, problem: undefined });
  });

  it('gets a batch again, with the same ids, when it died before it had said so', async () => {
    const { sink, taken, state } = memorySink();
    const writer = testWriter(database.db);
    await writeDecisions(writer, 50);
    await writer.close();
    state.dieAfter = 1;
    startRunner(sink);
    await until(() => taken.length >= 100);
    const ids = taken.map(({ id }) => id);
    expect(ids.slice(50)).toEqual(ids.slice(0, 50));
  });

  it('goes on from its position after a restart, and gets nothing twice after a clean stop', async () => {
    const first = memorySink();
    const writer = testWriter(database.db);
    await writeDecisions(writer, 30);
    const runner = startRunner(first.sink);
    await until(() => first.taken.length === 30);
    await runner.stop();
    runners = [];
    await writeDecisions(writer, 20, 30);
    await writer.close();
    const second = memorySink();
    startRunner(second.sink, holderB);
    await until(() => second.taken.length >= 20);
    expect(second.taken.map(({ sequence }) => sequence)).toEqual(upTo(50).slice(30));
  });

  it('is served by one replica at a time', async () => {
    const here = memorySink();
    const there = memorySink();
    const writer = testWriter(database.db);
    startRunner(here.sink, holderA);
    await writeDecisions(writer, 10);
    await until(() => here.taken.length === 10);
    startRunner(there.sink, holderB);
    await writeDecisions(writer, 40, 10);
    await writer.close();
    await until(() => here.taken.length === 50);
    expect(there.taken).toEqual([]);
  });

  it('is tried again after pauses that grow to a minute', () => {
    expect([1, 2, 3, 20, 2_000].map((failures) => retryDelayMs(failures, 1))).toEqual([
      1_000, 2_000, 4_000, 60_000, 60_000,
    ]);
    expect(retryDelayMs(3, 0)).toBe(2_000);
  });
});

describe('the file sink', () => {
  let directory = '';
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'gpushield-test-audit-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('holds every entry as one line, over rotations, and heals half a line that a crash left', async () => {
    const path = join(directory, 'audit.jsonl');
    await writeFile(path, '{"type":"entry","id":"half');
    const writer = testWriter(database.db);
    await writeDecisions(writer, 400);
    await writer.close();
    const lags: number[] = [];
    const sink = createFileSink({ path, rotateAtBytes: 100_000, keepFiles: 9 });
    const runner = startRunner(sink, holderA, (entries) => lags.push(entries));
    await until(() => lags.at(-1) === 0);
    await runner.stop();
    runners = [];
    const files = (await readdir(directory)).toSorted((a, b) => b.localeCompare(a));
    expect(files.length).toBeGreaterThan(1);
    const sequences: unknown[] = [];
    for (const name of files) {
      const text = await readFile(join(directory, name), 'utf8');
      for (const line of text.trimEnd().split('\n'))
        sequences.push(Reflect.get(JSON.parse(line), 'sequence'));
    }
    expect(sequences).toEqual(upTo(400));
  });
});
