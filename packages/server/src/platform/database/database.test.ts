import { describe, expect, it } from 'vitest';
import { testDatabase } from '../../testing/index.ts';
import { openDatabase } from './database.ts';
import { DatabaseUnavailable, isDatabaseUnavailable, StatementTimeout, toDatabaseError } from './errors.ts';
import { silentLog } from './log.ts';
import type { Tx } from './types.ts';

const test = testDatabase();
const open = (options: object = {}) =>
  openDatabase({ connectionString: test.connectionString, min: 0, log: silentLog, ...options });

describe('a database', () => {
  it('answers int8 as number, timestamptz as Date, numeric as text and jsonb parsed', async () => {
    const { rows } = await test.db.query(
      `SELECT 9007199254740991::int8 AS big, '2026-01-02T03:04:05.678Z'::timestamptz AS at, 1.10::numeric AS exact,
              '{"a":[1]}'::jsonb AS doc, '2026-01-02'::date AS day, ARRAY[1,NULL]::int8[] AS bigs`,
    );
    expect(rows).toEqual([
      {
        big: 9007199254740991,
        at: new Date('2026-01-02T03:04:05.678Z'),
        exact: '1.10',
        doc: { a: [1] },
        day: '2026-01-02',
        bigs: [1, null],
      },
    ]);
  });

  it('fails a query rather than answer an int8 that a number cannot hold', async () => {
    await expect(test.db.query('SELECT 9007199254740993::int8 AS big')).rejects.toThrow(/select it as text/);
    expect((await test.db.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });

  it('cancels a statement at its timeout and keeps working', async () => {
    const db = await open({ statementTimeoutMs: 100, max: 1 });
    await expect(db.query('SELECT pg_sleep(10)')).rejects.toBeInstanceOf(StatementTimeout);
    expect(await db.ping(5_000)).toBe(true);
    await db.transaction((tx) => tx.query('SELECT pg_sleep(0.3)'), { statementTimeoutMs: 10_000 });
    await expect(db.query('SELECT pg_sleep(10)')).rejects.toBeInstanceOf(StatementTimeout);
    await db.close();
  });

  it('refuses with DatabaseUnavailable when every connection stays busy', async () => {
    const db = await open({ max: 1, connectTimeoutMs: 500 });
    const release = Promise.withResolvers<undefined>();
    const holder = db.transaction(() => release.promise);
    await expect(db.query('SELECT 1')).rejects.toBeInstanceOf(DatabaseUnavailable);
    expect(await db.ping(50)).toBe(false);
    release.resolve(undefined);
    await holder;
    expect(await db.ping(5_000)).toBe(true);
    await db.close();
  });

  it('says DatabaseUnavailable when nothing listens, over TCP and over a socket', async () => {
    for (const host of ['127.0.0.1:9', '%2Fnowhere']) {
      const opening = openDatabase({ connectionString: `postgresql://u:p@${host}/d`, log: silentLog });
      await expect(opening).rejects.toBeInstanceOf(DatabaseUnavailable);
    }
  });

  it('survives a connection that the server ends between two statements of a transaction', async () => {
    const db = await open({ max: 2 });
    const lost = db.transaction(async (tx) => {
      const { rows } = await tx.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      await db.query('SELECT pg_terminate_backend($1, 5000)', [rows[0]?.pid]);
      await tx.query('SELECT 1');
    });
    await expect(lost).rejects.toBeInstanceOf(DatabaseUnavailable);
    expect((await db.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await db.close();
  });

  it('runs a prepared statement again and again under its name', async () => {
    for (const value of [1, 2]) {
      const { rows } = await test.db.prepared<{ value: number }>('echo', 'SELECT $1::int AS value', [value]);
      expect(rows).toEqual([{ value }]);
    }
  });

  it('cannot be used after it was closed', async () => {
    const db = await open();
    await db.close();
    await db.close();
    await expect(db.query('SELECT 1')).rejects.toSatisfy(isDatabaseUnavailable);
  });

  it('tells the end of the server from a failed statement', () => {
    const coded = (code: string) => toDatabaseError(Object.assign(new Error('x'), { code }));
    for (const code of ['57P01', '57P02', '57P03', '53300', '08006', 'ECONNREFUSED', 'ENOENT']) {
      expect(coded(code)).toBeInstanceOf(DatabaseUnavailable);
    }
    for (const code of ['23505', '40001', '42P01'])
      expect(coded(code)).not.toBeInstanceOf(DatabaseUnavailable);
  });
});

describe('a transaction', () => {
  it('keeps its changes when its work resolves and none when it rejects', async () => {
    await test.db.query('CREATE TABLE kept (id int PRIMARY KEY)');
    await test.db.transaction((tx) => tx.query('INSERT INTO kept VALUES (1)'));
    const failing = test.db.transaction(async (tx) => {
      await tx.query('INSERT INTO kept VALUES (2)');
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect((await test.db.query('SELECT id FROM kept')).rows).toEqual([{ id: 1 }]);
  });

  it('undoes only what happened behind a savepoint that failed', async () => {
    await test.db.query('CREATE TABLE saved (id int PRIMARY KEY)');
    await test.db.transaction(async (tx) => {
      await tx.query('INSERT INTO saved VALUES (1)');
      const inner = tx.savepoint(async () => {
        await tx.query('INSERT INTO saved VALUES (2)');
        await tx.query('INSERT INTO saved VALUES (1)');
      });
      await expect(inner).rejects.toMatchObject({ code: '23505' });
      await tx.savepoint(() => tx.query('INSERT INTO saved VALUES (3)'));
    });
    expect((await test.db.query('SELECT id FROM saved ORDER BY id')).rows).toEqual([{ id: 1 }, { id: 3 }]);
  });

  it('does not pass off a swallowed failure as a commit', async () => {
    const swallowing = test.db.transaction((tx) => tx.query('SELECT 1/0').catch(() => undefined));
    await expect(swallowing).rejects.toThrow(/rolled back instead of committed/);
  });

  it('cannot be used after its end', async () => {
    let leaked: Tx | undefined;
    await test.db.transaction(async (tx) => {
      leaked = tx;
    });
    await expect(leaked?.query('SELECT 1')).rejects.toThrow(/has ended/);
  });

  it('refuses a notification that PostgreSQL would refuse', async () => {
    const over = test.db.transaction((tx) => tx.notify('channel', 'é'.repeat(4_000)));
    await expect(over).rejects.toThrow(RangeError);
  });
});
