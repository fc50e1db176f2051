import { randomUUIDv7 } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { testDatabase } from '../../testing/index.ts';
import { systemClock } from '../clock.ts';
import { DatabaseUnavailable, silentLog } from '../database/index.ts';
import { BatchTimeout } from './outcome.ts';
import { createBatchSink, type BatchSink } from './sink.ts';
import { readEntriesAfter } from './store.ts';
import { testDigestKey } from './test-support.ts';
import type { AuditInput } from './types.ts';
import { createAuditWriter, type AuditWriterOptions } from './writer.ts';

const database = testDatabase();

const input = (change: Partial<AuditInput> = {}): AuditInput => ({
  correlationId: 'c-1',
  principalId: 'p-1',
  principalKind: 'user',
  principalName: 'ada',
  action: 'node.register',
  resource: 'node:1',
  granted: true,
  reason: 'ok',
  ipAddress: '127.0.0.1',
  userAgent: 'test',
  ...change,
});

const writerWith = (options: Partial<AuditWriterOptions> = {}) =>
  createAuditWriter({
    db: database.db,
    clock: systemClock(),
    newId: randomUUIDv7,
    log: silentLog,
    digestKey: testDigestKey,
    ...options,
  });

const chainOf = async (writerId: string) =>
  (await readEntriesAfter(database.db, { writerId, sequence: 0 }, 5_000)).filter(
    (entry) => entry.writerId === writerId,
  );

/** The real sink, which does once what the test says before or after writing. */
const sinkThat = (act: {
  before?: () => Promise<void>;
  after?: () => Promise<void>;
}): BatchSink & { arm(): void } => {
  const real = createBatchSink({ db: database.db, timeoutMs: 5_000 });
  let armed = false;
  return {
    arm: () => {
      armed = true;
    },
    write: async (entries) => {
      const now = armed;
      armed = false;
      if (now) await act.before?.();
      await real.write(entries);
      if (now) await act.after?.();
    },
  };
};

const fail = (error: Error) => () => Promise.reject(error);

describe('the audit writer', () => {
  it('stores an entry before record resolves', async () => {
    const writer = writerWith();
    await writer.start();
    await writer.record(input({ resource: 'node:42' }));
    const stored = await chainOf(writer.stats().writerId);
    expect(stored).toHaveLength(1);
    expect(stored[0]).toMatchObject({ sequence: 1, resource: 'node:42', previousHash: Buffer.alloc(32) });
    await writer.close();
  });

  it('shares commits between concurrent entries, few or many, in one chain without gaps', async () => {
    const writer = writerWith();
    for (const count of [1, 20, 500, 3_000]) {
      await Promise.all(
        Array.from({ length: count }, (_, n) => writer.record(input({ correlationId: `c-${n}` }))),
      );
    }
    const stored = await chainOf(writer.stats().writerId);
    expect(stored.map((entry) => entry.sequence)).toEqual(Array.from({ length: 3_521 }, (_, n) => n + 1));
    expect(writer.stats()).toMatchObject({ recorded: 3_521, pending: 0, sequence: 3_521 });
    expect(writer.stats().commits).toBeLessThan(20);
    await writer.close();
  });

  it('refuses what exceeds its buffer with overloaded, and keeps what it took', async () => {
    const writer = writerWith({ maxPendingEntries: 10 });
    const answers = await Promise.allSettled(Array.from({ length: 25 }, () => writer.record(input())));
    const refused = answers.filter((answer) => answer.status === 'rejected');
    expect(refused).toHaveLength(15);
    for (const answer of refused) expect(answer.reason).toMatchObject({ code: 'overloaded' });
    expect(await chainOf(writer.stats().writerId)).toHaveLength(10);
    await writer.close();
  });

  it('refuses with audit_unavailable when the batch did not reach its commit, and uses its sequences again', async () => {
    const sink = sinkThat({ before: fail(new DatabaseUnavailable('gone')) });
    const writer = writerWith({ sink });
    await writer.record(input());
    sink.arm();
    await expect(writer.record(input())).rejects.toMatchObject({ code: 'audit_unavailable' });
    await writer.record(input({ resource: 'node:after' }));
    const stored = await chainOf(writer.stats().writerId);
    expect(stored.map((entry) => [entry.sequence, entry.resource])).toEqual([
      [1, 'node:1'],
      [2, 'node:after'],
    ]);
    expect(writer.stats()).toMatchObject({ restartedChains: 0, failed: 1, recorded: 2 });
    await writer.close();
  });

  it('begins a new chain that names the old one when nobody knows whether a commit happened', async () => {
    const sink = sinkThat({ after: fail(new DatabaseUnavailable('gone', { outcomeUnknown: true })) });
    const writer = writerWith({ sink });
    await writer.record(input());
    const old = writer.stats().writerId;
    sink.arm();
    await expect(writer.record(input())).rejects.toMatchObject({ code: 'audit_unavailable' });
    await writer.record(input({ resource: 'node:after', details: { gpus: 2 } }));
    await writer.record(input());
    const { writerId } = writer.stats();
    expect(writerId).not.toBe(old);
    const [known] = await chainOf(old);
    const fresh = await chainOf(writerId);
    expect(fresh[0]).toMatchObject({
      sequence: 1,
      previousHash: Buffer.alloc(32),
      details: {
        gpus: 2,
        chain_continues_writer: old,
        chain_continues_sequence: 1,
        chain_continues_hash: known?.hash.toString('hex'),
      },
    });
    expect(fresh[1]?.details).toEqual({});
    await writer.close();
  });

  it('refuses all that waits, and for a moment all that comes, when the database hangs', async () => {
    let nowMs = 1_000;
    const clock = { nowMs: () => Date.now(), monotonicMs: () => nowMs };
    const sink = sinkThat({ before: fail(new BatchTimeout(5)) });
    const writer = writerWith({ sink, clock });
    sink.arm();
    await expect(writer.record(input())).rejects.toMatchObject({ code: 'audit_unavailable' });
    await expect(writer.record(input())).rejects.toMatchObject({ code: 'audit_unavailable' });
    nowMs += 2_000;
    await expect(writer.record(input())).resolves.toBeUndefined();
    await writer.close();
  });

  it('gives up on a commit that takes longer than its limit', async () => {
    const hanging = { ...database.db, prepared: () => new Promise<never>(() => undefined) };
    const sink = createBatchSink({ db: hanging, timeoutMs: 20 });
    const writer = writerWith({ sink });
    await expect(writer.record(input())).rejects.toMatchObject({ code: 'audit_unavailable' });
    await writer.close();
  });

  it('tells how many entries were written and how many failed', async () => {
    const told: [string, number][] = [];
    const sink = sinkThat({ before: fail(new DatabaseUnavailable('gone')) });
    const writer = writerWith({ sink, onEntries: (...each) => told.push(each) });
    await Promise.all([writer.record(input()), writer.record(input())]);
    sink.arm();
    await expect(writer.record(input())).rejects.toMatchObject({ code: 'audit_unavailable' });
    expect(told).toEqual([
      ['written', 2],
      ['failed', 1],
    ]);
    await writer.close();
  });

  it('writes what it took before it closes, and takes nothing afterwards', async () => {
    const writer = writerWith();
    const taken = [writer.record(input()), writer.record(input())];
    await writer.close();
    await expect(Promise.all(taken)).resolves.toHaveLength(2);
    await expect(writer.record(input())).rejects.toMatchObject({ code: 'audit_unavailable' });
  });

  it('stores any text that a client can send, masked and cut, never refusing it', async () => {
    const writer = writerWith();
    const strange = 'a\0b\ud800c\t\n\\"' + 'é'.repeat(2_000);
    await Promise.all(
      Array.from({ length: 80 }, () =>
        writer.record(
          input({
            userAgent: strange,
            principalName: strange,
            resource: 'key:Bearer abcdefghijklmnopqrstuvwxyz0123456789',
            details: {
              [strange]: strange,
              api_key: 'hunter2hunter2',
              count: -0,
              odd: Number.NaN,
              big: 1e300,
            },
          }),
        ),
      ),
    );
    const [entry] = await chainOf(writer.stats().writerId);
    expect(entry?.userAgent).toHaveLength(512);
    expect(entry?.userAgent?.startsWith('a\uFFFDb\uFFFDc')).toBe(true);
    expect(JSON.stringify(entry)).not.toMatch(/hunter2|abcdefghij/);
    await writer.close();
  });
});
