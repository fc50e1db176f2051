import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { testDatabase } from '../../testing/index.ts';
import { dayMs, dayOf, planPartitions, startOfDayMs } from './partition-plan.ts';
import { maintainPartitions } from './partitions.ts';

const test = testDatabase();
const noonMs = Date.parse('2026-03-10T12:00:00Z');
const at = (nowMs: number) => ({
  table: 'readings',
  aheadDays: 2,
  retentionDays: 30,
  clock: { nowMs: () => nowMs },
});

const where = async () => {
  const { rows } = await test.db.query<{ place: string; id: number }>(
    'SELECT tableoid::regclass::text AS place, id FROM readings ORDER BY id',
  );
  return rows.map(({ place, id }) => `${id}@${place}`);
};
const insert = (id: number, time: string, received = time) =>
  test.db.query('INSERT INTO readings (id, ts, received_at) VALUES ($1, $2, $3)', [id, time, received]);

describe('the partition plan', () => {
  const facts = fc.record({
    nowMs: fc.integer({ min: Date.parse('2000-01-01'), max: Date.parse('2100-01-01') }),
    aheadDays: fc.integer({ min: 0, max: 30 }),
    retentionDays: fc.integer({ min: 1, max: 400 }),
    offsets: fc.uniqueArray(fc.integer({ min: -500, max: 40 }), { maxLength: 60 }),
  });

  it('always leaves yesterday to the last day ahead covered, and drops only days wholly past retention', () => {
    fc.assert(
      fc.property(facts, ({ nowMs, aheadDays, retentionDays, offsets }) => {
        const existing = offsets.map((offset) => dayOf(nowMs + offset * dayMs));
        const { create, drop } = planPartitions({ existing, nowMs, aheadDays, retentionDays });
        const left = new Set([...existing, ...create].filter((day) => !drop.includes(day)));
        for (let ahead = -1; ahead <= aheadDays; ahead += 1)
          expect(left).toContain(dayOf(nowMs + ahead * dayMs));
        const endMs = (day: string) => (startOfDayMs(day) ?? Number.NaN) + dayMs;
        for (const day of left) expect(endMs(day)).toBeGreaterThan(nowMs - retentionDays * dayMs);
        for (const day of drop) expect(endMs(day)).toBeLessThanOrEqual(nowMs - retentionDays * dayMs);
        expect(new Set(create).size).toBe(create.length);
        expect(create.some((day) => existing.includes(day))).toBe(false);
      }),
    );
  });

  it('finds nothing to do after it was carried out', () => {
    fc.assert(
      fc.property(facts, ({ nowMs, aheadDays, retentionDays, offsets }) => {
        const existing = offsets.map((offset) => dayOf(nowMs + offset * dayMs));
        const first = planPartitions({ existing, nowMs, aheadDays, retentionDays });
        const after = [...existing, ...first.create].filter((day) => !first.drop.includes(day));
        expect(planPartitions({ existing: after, nowMs, aheadDays, retentionDays })).toEqual({
          create: [],
          drop: [],
        });
      }),
    );
  });
});

describe('partition maintenance', () => {
  beforeEach(async () => {
    await test.db.query(`
      DROP TABLE IF EXISTS readings;
      CREATE TABLE readings (
        id int8 NOT NULL, ts timestamptz NOT NULL, received_at timestamptz NOT NULL,
        twice int8 GENERATED ALWAYS AS (id * 2) STORED, CHECK (id > 0), PRIMARY KEY (id, ts)
      ) PARTITION BY RANGE (ts);
      CREATE INDEX readings_received ON readings (received_at)`);
  });

  it('makes yesterday, today and the days ahead, and sends every other time to DEFAULT', async () => {
    const report = await maintainPartitions(test.db, at(noonMs));
    expect(report.created).toEqual(
      ['20260309', '20260310', '20260311', '20260312'].map((day) => `readings_p${day}`),
    );
    await insert(1, '2026-03-09T00:00:00Z');
    await insert(2, '2026-03-12T23:59:59.999Z');
    await insert(3, '2026-03-13T00:00:00Z');
    await insert(4, '2020-01-01T00:00:00Z');
    expect(await where()).toEqual([
      '1@readings_p20260309',
      '2@readings_p20260312',
      '3@readings_default',
      '4@readings_default',
    ]);
  });

  it('moves rows that arrived early into their day once its partition is made, losing none', async () => {
    await maintainPartitions(test.db, at(noonMs));
    await insert(1, '2026-03-14T10:00:00Z');
    await insert(2, '2026-03-20T10:00:00Z');
    const report = await maintainPartitions(test.db, at(noonMs + 2 * dayMs));
    expect(report.movedRows).toBe(1);
    expect(await where()).toEqual(['1@readings_p20260314', '2@readings_default']);
    const { rows } = await test.db.query('SELECT twice FROM readings WHERE id = 1');
    expect(rows).toEqual([{ twice: 2 }]);
  });

  it('drops days past retention and deletes late rows by when they were received', async () => {
    await maintainPartitions(test.db, at(noonMs));
    await insert(1, '2026-03-10T10:00:00Z');
    await insert(2, '2020-01-01T00:00:00Z', '2026-03-10T10:00:00Z');
    await insert(3, '2020-01-01T00:00:00Z', '2026-04-10T10:00:00Z');
    const report = await maintainPartitions(test.db, at(Date.parse('2026-04-10T12:00:00Z')));
    expect(report.dropped).toContain('readings_p20260310');
    expect(report).toMatchObject({ deletedRows: 1, deleteIncomplete: false });
    expect(await where()).toEqual(['3@readings_default']);
  });

  it('is safe when several replicas run it at once while rows come in', async () => {
    await maintainPartitions(test.db, at(noonMs - 9 * dayMs));
    const inserts = Array.from({ length: 50 }, (_, id) =>
      insert(id + 1, '2026-03-11T10:00:00Z').catch((error: unknown) => error),
    );
    const reports = await Promise.all(
      Array.from({ length: 5 }, () => maintainPartitions(test.db, at(noonMs))),
    );
    const stored = (await Promise.all(inserts)).filter((result) => !(result instanceof Error)).length;
    expect(reports.flatMap((report) => report.created).sort()).toHaveLength(4);
    expect(stored).toBeGreaterThan(0);
    expect((await where()).filter((row) => row.endsWith('@readings_p20260311'))).toHaveLength(stored);
  });

  it('gives each partition the indexes and constraints of its table', async () => {
    await maintainPartitions(test.db, at(noonMs));
    const { rows } = await test.db.query<{ count: number }>(
      "SELECT count(*) FROM pg_index WHERE indrelid = 'readings_p20260310'::regclass",
    );
    expect(rows[0]?.count).toBe(2);
    await insert(1, '2026-03-10T10:00:00Z');
    await expect(insert(1, '2026-03-10T10:00:00Z')).rejects.toMatchObject({ code: '23505' });
    await expect(insert(-1, '2026-03-10T10:00:00Z')).rejects.toMatchObject({ code: '23514' });
  });

  it('refuses a table that is not partitioned', async () => {
    await test.db.query('CREATE TABLE plain (id int)');
    await expect(maintainPartitions(test.db, { ...at(noonMs), table: 'plain' })).rejects.toThrow(
      'not partitioned',
    );
  });
});
