import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { testDatabase } from '../../testing/index.ts';
import { openDatabase } from './database.ts';
import { silentLog } from './log.ts';
import { migrate, planMigrations, readMigrations } from './migrate.ts';

const test = testDatabase();
let directory = '';

const file = (name: string, sql: string) => writeFile(join(directory, name), sql);
const run = () => migrate(test.db, silentLog, { directory });

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'gpushield-migrations-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));
beforeEach(async () => {
  await test.db.query(
    'DROP TABLE IF EXISTS public.schema_migrations; DROP TABLE IF EXISTS m_first, m_second, m_third, m_half',
  );
  await rm(directory, { recursive: true, force: true });
  directory = await mkdtemp(join(tmpdir(), 'gpushield-migrations-'));
  await file('0010-first.sql', 'CREATE TABLE m_first (id int); INSERT INTO m_first VALUES (1);');
  await file('0020-second.sql', 'CREATE TABLE m_second (id int);');
});

describe('migrations', () => {
  it('are applied in order, once', async () => {
    expect(await run()).toEqual({ applied: ['0010-first', '0020-second'] });
    expect(await run()).toEqual({ applied: [] });
  });

  it('are applied once when five replicas race', async () => {
    const pools = await Promise.all(
      Array.from({ length: 5 }, () =>
        openDatabase({ connectionString: test.connectionString, min: 1, log: silentLog }),
      ),
    );
    try {
      const reports = await Promise.all(pools.map((db) => migrate(db, silentLog, { directory })));
      expect(reports.flatMap((report) => report.applied).sort()).toEqual(['0010-first', '0020-second']);
      expect((await test.db.query('SELECT id FROM m_first')).rows).toEqual([{ id: 1 }]);
    } finally {
      await Promise.all(pools.map((db) => db.close()));
    }
  });

  it('are refused when an applied file was changed, and nothing is applied', async () => {
    await run();
    await file('0010-first.sql', 'CREATE TABLE m_first (id bigint);');
    await file('0030-third.sql', 'CREATE TABLE m_third (id int);');
    await expect(run()).rejects.toThrow(/0010-first was changed after it was applied/);
    const { rows } = await test.db.query("SELECT to_regclass('m_third') AS third");
    expect(rows).toEqual([{ third: null }]);
  });

  it('treat Windows line ends as the same file', async () => {
    await file('0030-third.sql', 'CREATE TABLE m_third\n(id int);\n');
    await run();
    await file('0030-third.sql', 'CREATE TABLE m_third\r\n(id int);\r\n');
    expect(await run()).toEqual({ applied: [] });
  });

  it('are refused when the database comes from a newer build', async () => {
    await run();
    await rm(join(directory, '0020-second.sql'));
    await expect(run()).rejects.toThrow(/0020-second, which this build does not know/);
  });

  it('leave nothing of a file whose SQL fails, and keep the ones before it', async () => {
    await file('0030-third.sql', 'CREATE TABLE m_half (id int); SELECT nothing_such();');
    await expect(run()).rejects.toThrow(/0030-third failed/);
    const { rows } = await test.db.query(
      "SELECT to_regclass('m_half') AS half, to_regclass('m_second')::text AS second, (SELECT max(version) FROM schema_migrations) AS last",
    );
    expect(rows).toEqual([{ half: null, second: 'm_second', last: 20 }]);
  });

  it('with a lower number are still applied when they come later', async () => {
    await run();
    await file('0011-third.sql', 'CREATE TABLE m_third (id int);');
    expect(await run()).toEqual({ applied: ['0011-third'] });
  });

  it('are refused when misnamed or numbered twice', async () => {
    await file('0010-again.sql', 'SELECT 1;');
    await expect(run()).rejects.toThrow(/number 0010/);
    await rm(join(directory, '0010-again.sql'));
    await file('1-short.sql', 'SELECT 1;');
    await expect(run()).rejects.toThrow(/not named NNNN-name.sql/);
  });

  it('of this build are well named and fit together', async () => {
    const migrations = await readMigrations();
    expect(planMigrations(migrations, migrations)).toEqual([]);
  });
});
