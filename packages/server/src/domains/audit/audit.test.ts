import { createSecretKey } from 'node:crypto';
import { AuditEntry, pageOf } from '@gpushield/contracts';
import { Value } from 'typebox/value';
import { beforeAll, describe, expect, it } from 'vitest';
import { createAuditWriter } from '../../platform/audit/index.ts';
import { silentLog } from '../../platform/database/index.ts';
import { createCursorCodec } from '../../platform/http/cursor.ts';
import { testDatabase } from '../../testing/index.ts';
import { presentEntry } from './present-entry.ts';
import { listEntries, type AuditFilter } from './store.ts';
import { paginate } from '../../platform/http/page.ts';

const database = testDatabase();
const startMs = Date.parse('2026-03-01T00:00:00.000Z');
const codec = createCursorCodec(Buffer.alloc(32, 7));

/** Version 7 ids of one millisecond have no order of their own; these have. */
const countingIds = () => {
  let count = 0;
  return () => `01990000-0000-7000-8000-${String((count += 1)).padStart(12, '0')}`;
};

const page = (filters: AuditFilter, limit: number, cursor?: string) =>
  paginate({
    codec,
    list: 'audit',
    request: { limit, cursor },
    filters,
    fetch: (count, after) => listEntries(database.db, filters, count, after),
    position: (row) => ({ sort: row.occurred_at.toISOString(), id: row.id }),
    present: presentEntry,
  });

describe('the list of audit entries', () => {
  beforeAll(async () => {
    let nowMs = startMs;
    const clock = { nowMs: () => nowMs, monotonicMs: () => performance.now() };
    const writer = createAuditWriter({
      db: database.db,
      clock,
      newId: countingIds(),
      log: silentLog,
      digestKey: createSecretKey(Buffer.alloc(32, 5)),
    });
    for (let n = 0; n < 30; n += 1) {
      // Three entries share each millisecond, so that the id has to order them.
      nowMs = startMs + Math.floor(n / 3);
      await writer.record({
        correlationId: `c-${n % 10}`,
        principalId: n % 2 === 0 ? 'ada' : 'bob',
        principalKind: 'user',
        principalName: null,
        action: n % 3 === 0 ? 'node.register' : 'node.delete',
        resource: `node:${n}`,
        granted: n % 5 !== 0,
        reason: n % 5 === 0 ? 'insufficient_scope' : 'ok',
        ipAddress: null,
        userAgent: null,
      });
    }
    await writer.close();
  });

  it('gives every entry once, newest first, page by page, in the shape of the contract', async () => {
    const resources: string[] = [];
    let cursor: string | undefined;
    do {
      const answer = await page({}, 7, cursor);
      expect(Value.Check(pageOf(AuditEntry), answer)).toBe(true);
      resources.push(...answer.data.map((entry) => entry.resource));
      cursor = answer.pagination.cursor ?? undefined;
    } while (cursor !== undefined);
    expect(resources).toEqual(Array.from({ length: 30 }, (_, n) => `node:${29 - n}`));
  });

  it.each<[AuditFilter, number]>([
    [{ principal_id: 'ada' }, 15],
    [{ action: 'node.register' }, 10],
    [{ resource: 'node:4' }, 1],
    [{ correlation_id: 'c-1' }, 3],
    [{ granted: false }, 6],
    [{ granted: true }, 24],
    [{ since: '2026-03-01T00:00:00.002Z' }, 24],
    [{ until: '2026-03-01T00:00:00.002Z' }, 6],
    [{ since: '2026-03-01T01:00:00.002+01:00', until: '2026-03-01T00:00:00.004Z', granted: false }, 1],
  ])('selects by %j', async (filter, count) => {
    expect((await page(filter, 500)).data).toHaveLength(count);
  });

  it('shows hashes that link each entry to the one before it', async () => {
    const { data } = await page({}, 500);
    for (const [index, entry] of data.slice(0, -1).entries()) {
      expect(entry.previous_hash).toBe(data[index + 1]?.hash);
    }
    expect(data.at(-1)?.previous_hash).toBe('0'.repeat(64));
  });

  it.each([
    ['everything', {}, 'audit_entries_newest'],
    ['a principal', { principal_id: 'ada' }, 'audit_entries_by_principal'],
    ['an action', { action: 'node.delete' }, 'audit_entries_by_action'],
    ['a request', { correlation_id: 'c-3' }, 'audit_entries_by_correlation'],
    ['refusals', { granted: false }, 'audit_entries_refused'],
  ])('walks an index for %s, so that a page costs a page', async (_, filter, index) => {
    const plan = await database.db.transaction(async (tx) => {
      // A table this small is read whole otherwise, whatever its indexes.
      await tx.query(
        index.endsWith('correlation')
          ? 'SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off'
          : 'SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off',
      );
      let explained = '';
      await listEntries(
        {
          query: async (sql, values) => {
            const { rows } = await tx.query(`EXPLAIN ${sql}`, values);
            explained = JSON.stringify(rows);
            return { rows: [], rowCount: 0 };
          },
          prepared: tx.prepared,
        },
        filter,
        51,
        undefined,
      );
      return explained;
    });
    expect(plan).toContain(index);
  });
});
