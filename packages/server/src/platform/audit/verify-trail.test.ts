import { randomUUIDv7 } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '../../testing/index.ts';
import { systemClock } from '../clock.ts';
import { silentLog } from '../database/index.ts';
import { testDigestKey } from './test-support.ts';
import { verifyTrail } from './verify-trail.ts';
import { createAuditWriter } from './writer.ts';

const database = testDatabase();
const length = 1_200;

const input = (n: number) => ({
  correlationId: `c-${n}`,
  principalId: 'p',
  principalKind: 'user',
  principalName: 'ada',
  action: 'node.register',
  resource: `node:${n}`,
  granted: true,
  reason: 'ok',
  ipAddress: '::1',
  userAgent: null,
  details: {
    n,
    ratio: 0.1 * n,
    huge: 1e300,
    tiny: 5e-324,
    text: 'tab\tquote"é\u2028',
    yes: true,
    none: null,
    b: 1,
    a: 2,
  },
});

/** What someone with the database's highest rights does. */
const tampering = async (sql: string, undo: string, check: () => Promise<void>): Promise<void> => {
  const client = new pg.Client({ connectionString: database.adminConnectionString });
  await client.connect();
  const run = (text: string) =>
    client.query(
      `ALTER TABLE audit_entries DISABLE TRIGGER USER; ${text}; ALTER TABLE audit_entries ENABLE ALWAYS TRIGGER audit_entries_append_only`,
    );
  try {
    await client.query('CREATE TEMPORARY TABLE kept AS SELECT * FROM audit_entries');
    await run(sql);
    await check();
    await run(undo);
  } finally {
    await client.end();
  }
};

const putBack = 'DELETE FROM audit_entries; INSERT INTO audit_entries SELECT * FROM kept';

describe('verification of the stored trail', () => {
  let writerId = '';
  beforeAll(async () => {
    for (const count of [length, 3]) {
      const writer = createAuditWriter({
        db: database.db,
        clock: systemClock(),
        newId: randomUUIDv7,
        log: silentLog,
        digestKey: testDigestKey,
      });
      for (let from = 0; from < count; from += 50) {
        await Promise.all(
          Array.from({ length: Math.min(50, count - from) }, (_, n) => writer.record(input(from + n))),
        );
      }
      await Promise.all(Array.from({ length: 100 }, (_, n) => writer.record(input(n))));
      if (count === length) writerId = writer.stats().writerId;
      await writer.close();
    }
  });
  afterAll(async () => {
    expect((await verifyTrail({ db: database.db })).breaks).toEqual([]);
  });

  it('finds a trail of several chains intact as it was written, however the values look in PostgreSQL', async () => {
    const report = await verifyTrail({ db: database.db });
    expect(report).toMatchObject({ entries: length + 203, chains: 2, brokenChains: 0, breaks: [] });
    expect(report.heads.map((head) => head.sequence)).toEqual([length + 100, 103]);
  });

  it.each([
    ['changed', 700, `UPDATE audit_entries SET granted = false WHERE sequence = 700`],
    ['changed', 1_000, `UPDATE audit_entries SET details = details || '{"n": 0}' WHERE sequence = 1000`],
    ['removed', 1_001, `DELETE FROM audit_entries WHERE sequence = 1001`],
    [
      'removed',
      1,
      `DELETE FROM audit_entries WHERE sequence = 1 AND writer_id = (SELECT min(writer_id::text)::uuid FROM audit_entries)`,
    ],
    [
      'inserted',
      1_301,
      `INSERT INTO audit_entries SELECT gen_random_uuid(), writer_id, 1301, occurred_at, correlation_id, principal_id,
       principal_kind, principal_name, action, resource, granted, reason, ip_address, user_agent, details, hash, previous_hash
       FROM audit_entries WHERE sequence = 1300`,
    ],
    [
      'reordered',
      800,
      `UPDATE audit_entries SET sequence = 100000 WHERE sequence = 800;
       UPDATE audit_entries SET sequence = 800 WHERE sequence = 801;
       UPDATE audit_entries SET sequence = 801 WHERE sequence = 100000`,
    ],
  ])('names the entry that a superuser %s at %i', async (kind, sequence, sql) => {
    await tampering(sql, putBack, async () => {
      const report = await verifyTrail({ db: database.db });
      expect(report.brokenChains).toBe(1);
      expect(report.breaks[0]).toMatchObject({ writerId, sequence });
      if (kind !== 'inserted') expect(report.breaks[0]?.kind).toBe(kind);
    });
  });

  it('notices a chain that was cut short or taken away when earlier heads are known', async () => {
    const keptHeads = (await verifyTrail({ db: database.db })).heads;
    await tampering(`DELETE FROM audit_entries WHERE sequence > 1250`, putBack, async () => {
      expect((await verifyTrail({ db: database.db })).breaks).toEqual([]);
      const report = await verifyTrail({ db: database.db, keptHeads });
      expect(report.breaks).toMatchObject([{ kind: 'removed', writerId, sequence: 1_251 }]);
    });
    await tampering(`DELETE FROM audit_entries WHERE writer_id = '${writerId}'`, putBack, async () => {
      const report = await verifyTrail({ db: database.db, keptHeads });
      expect(report.breaks).toMatchObject([{ kind: 'removed', writerId, sequence: 1 }]);
    });
  });

  it('notices that the entry is gone from which a later chain continues', async () => {
    const { heads } = await verifyTrail({ db: database.db });
    const writer = createAuditWriter({
      db: database.db,
      clock: systemClock(),
      newId: randomUUIDv7,
      log: silentLog,
      digestKey: testDigestKey,
    });
    await writer.record({
      ...input(1),
      details: {
        chain_continues_writer: writerId,
        chain_continues_sequence: 9_999,
        chain_continues_hash: heads[0]?.hash.toString('hex') ?? '',
      },
    });
    await writer.close();
    const report = await verifyTrail({ db: database.db });
    expect(report.breaks).toMatchObject([{ kind: 'removed', writerId, sequence: 9_999 }]);
    await tampering(
      `DELETE FROM audit_entries WHERE writer_id = '${writer.stats().writerId}'`,
      'SELECT 1',
      () => Promise.resolve(),
    );
  });
});
