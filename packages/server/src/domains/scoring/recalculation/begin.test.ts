import { randomUUID } from 'node:crypto';
import { beforeEach, expect, it } from 'vitest';
import type { Database, Tx } from '../../../platform/database/types.ts';
import { testDatabase } from '../../../testing/index.ts';
import { recalculationLock } from './active-epoch.ts';
import { beginRecalculation } from './begin.ts';

const database = testDatabase();

const begin = (db: Database = database.db) =>
  beginRecalculation(db, { id: randomUUID(), rulesVersion: 'v', startedBy: 'test', now: new Date() });

const leftBehind = async (): Promise<number> =>
  (await database.db.query('SELECT FROM processes WHERE score_next IS NOT NULL')).rowCount;

beforeEach(async () => {
  await database.db.query(`UPDATE score_recalculations SET status = 'cancelled'`);
  await database.db.query('DELETE FROM processes');
  await database.db.query(
    `INSERT INTO processes (process_id, agent_id, pid, facts_at, event_count, first_seen_at, last_seen_at, score_next,
       risk_at, scored_at, created_at)
     SELECT 'node:' || n, 'node', n, '{}', 1, now(), now(), '{}', now(), now(), now() FROM generate_series(1, 2500) n`,
  );
});

/** The database, with what is asked of it from the moment on at which ingest has to wait. */
const watched = (): { readonly db: Database; readonly asked: { sql: string; rows: number }[] } => {
  const asked: { sql: string; rows: number }[] = [];
  const watch = (tx: Tx): Tx => {
    let held = false;
    return new Proxy(tx, {
      get: (target, name) =>
        name === 'query'
          ? async (sql: string, values: readonly unknown[] = []) => {
              const result = await target.query(sql, values);
              if (held) asked.push({ sql, rows: result.rowCount });
              held ||= sql.includes('pg_advisory_xact_lock') && values[0] === recalculationLock;
              return result;
            }
          : (Reflect.get(target, name) as unknown),
    });
  };
  const db = new Proxy(database.db, {
    get: (target, name) =>
      name === 'transaction'
        ? (work: (tx: Tx) => Promise<unknown>) => target.transaction((tx) => work(watch(tx)))
        : (Reflect.get(target, name) as unknown),
  });
  return { db, asked };
};

it('clears what an earlier one left before ingest has to wait, and counts nothing meanwhile', async () => {
  const { db, asked } = watched();
  await begin(db);
  expect(await leftBehind()).toBe(0);
  expect(asked.length).toBeGreaterThan(0);
  for (const { sql, rows } of asked) {
    expect(sql).not.toContain('count(');
    expect(rows).toBeLessThanOrEqual(1);
  }
});

it('also clears what a transaction wrote that still ran and knew of the earlier one', async () => {
  const begun = await database.db.transaction(async (tx) => {
    await tx.query('SELECT pg_advisory_xact_lock_shared($1)', [recalculationLock]);
    await tx.query(`UPDATE processes SET score_next = '{"late":true}' WHERE process_id = 'node:7'`);
    const promise = begin();
    await expect
      .poll(
        async () =>
          (await database.db.query(`SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`))
            .rowCount,
      )
      .toBe(1);
    return { promise };
  });
  await begun.promise;
  expect(await leftBehind()).toBe(0);
});

it('is one, whoever begins at once, and takes no new state from the one under way', async () => {
  const [first, ...others] = await Promise.all([begin(), begin(), begin()]);
  expect(new Set(others.map(({ id }) => id))).toEqual(new Set([first.id]));
  await database.db.query(`UPDATE processes SET score_next = '{}' WHERE process_id = 'node:7'`);
  expect((await begin()).id).toBe(first.id);
  expect(await leftBehind()).toBe(1);
});
