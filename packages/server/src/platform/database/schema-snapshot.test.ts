import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { testDatabase } from '../../testing/index.ts';
import { readCatalogue } from './catalogue.ts';

const test = testDatabase();

describe('the schema', () => {
  it('after all migrations is the committed one (else run: node packages/server/src/platform/database/schema-snapshot.ts)', async () => {
    const committed: unknown = JSON.parse(
      await readFile(new URL('./schema.snapshot.json', import.meta.url), 'utf8'),
    );
    expect(await readCatalogue(test.db)).toEqual(committed);
  });

  it('snapshot notices a changed column, index and function', async () => {
    const before = await readCatalogue(test.db);
    await test.db.query(`CREATE TABLE drift (id int NOT NULL DEFAULT 7 CHECK (id > 0));
      CREATE INDEX drift_id ON drift (id); CREATE FUNCTION drifted() RETURNS int LANGUAGE sql AS 'SELECT 1'`);
    const after = await readCatalogue(test.db);
    const added = Object.entries(after).flatMap(([kind, lines]) =>
      lines.filter((line) => !before[kind]?.includes(line)),
    );
    expect(added).toEqual([
      'drift r',
      'drift.id integer not null default 7',
      'CREATE INDEX drift_id ON public.drift USING btree (id)',
      'drift.drift_id_check CHECK ((id > 0))',
      expect.stringMatching(/^drifted\(\) integer md5 /),
    ]);
    await test.db.query('DROP TABLE drift; DROP FUNCTION drifted()');
  });
});
