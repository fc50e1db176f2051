import { beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '../../testing/index.ts';
import { groupsSql } from './group-store.ts';
import { listAlerts, listCandidates, type AlertFilters } from './store.ts';
import type { Executor } from '../../platform/database/types.ts';

const database = testDatabase();

beforeAll(async () => {
  await database.db.query(
    `INSERT INTO alerts (id, title, description, severity, status, source, fingerprint, node_id, evidence, occurrences,
       first_seen_at, last_seen_at, created_at, updated_at, resolved_at, resolution)
     SELECT gen_random_uuid(), 't', 'd', (ARRAY['low', 'high'])[1 + n % 2]::alert_severity,
       CASE WHEN n % 10 = 0 THEN 'open' ELSE 'resolved' END, 's' || n % 50, 'f' || n,
       ('00000000-0000-7000-8000-' || lpad((n % 200)::text, 12, '0'))::uuid, '{}', 1, t, t, t, t,
       CASE WHEN n % 10 = 0 THEN NULL ELSE t END, CASE WHEN n % 10 = 0 THEN NULL ELSE 'fixed' END
     FROM (SELECT n, now() - n * interval '1 minute' AS t FROM generate_series(1, 20000) n) AS made`,
  );
  await database.db.query('VACUUM ANALYZE alerts').catch(() => database.db.query('ANALYZE alerts'));
}, 60_000);

/** The plan of the one statement that `work` runs, as text. */
const planOf = async (work: (db: Executor) => Promise<unknown>): Promise<string> => {
  let plan = '';
  const explain = async (sql: string, values: readonly unknown[] = []) => {
    const { rows } = await database.db.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${sql}`, values);
    plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    return { rows: [], rowCount: 0 };
  };
  await work({ query: explain, prepared: (_name, sql, values) => explain(sql, values) });
  return plan;
};
const anyTime = { since: null, until: null };

describe('hot queries of alerts', () => {
  it.each<[string, Partial<AlertFilters>]>([
    ['the newest of all', {}],
    ['the newest that are active', { statuses: ['open', 'acknowledged', 'investigating', 'reopened'] }],
    ['the newest of one source', { sources: ['s1'] }],
    ['the newest of one node', { node_ids: ['00000000-0000-7000-8000-000000000001'] }],
  ])('%s come from an index in their order, without a sort of the table', async (_what, filters) => {
    const plan = await planOf((db) => listAlerts(db, { ...filters, ...anyTime }, 51, undefined));
    expect(plan).not.toContain('Seq Scan on alerts');
    expect(plan).toContain('Index Scan');
  });

  it.each<[string, Partial<AlertFilters>, string]>([
    ['a finding', { fingerprints: ['f17'] }, 'alerts_fingerprint'],
    ['a group', { group_keys: ['s1:00000000-0000-7000-8000-000000000001:1763942400'] }, 'alerts_group'],
  ])('the alerts of %s are found by it, not by walking over all', async (_what, filters, index) => {
    const plan = await planOf((db) => listAlerts(db, { ...filters, ...anyTime }, 51, undefined));
    expect(plan).toContain(index);
  });

  it('candidates of a bulk change are found without reading the table', async () => {
    const plan = await planOf((db) =>
      listCandidates(db, { sources: ['s1'], ...anyTime }, { statuses: ['open'] }, 1001),
    );
    expect(plan).not.toContain('Seq Scan on alerts');
  });

  it('a page of groups reads its own rows in the order of the index', async () => {
    const plan = await planOf((db) => db.query(groupsSql, [null, null, null, null, null, null, false, 51]));
    expect(plan).toContain('alerts_group');
    expect(plan).not.toContain('Seq Scan');
  });
});
