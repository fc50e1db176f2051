import pg from 'pg';
import { afterAll, describe, expect, it } from 'vitest';
import { openDatabase, silentLog, type Database } from '../../packages/server/src/platform/database/index.ts';
import { exactSearch } from '../../packages/server/src/domains/vectors/exact-search.ts';
import { hasPgvector, pgvectorSearch } from '../../packages/server/src/domains/vectors/store.ts';
import { startPgvectorServer } from '../support/pgvector-server.ts';

/*
 * The search by the real pgvector beside our own over the same rows: an operator who installs the extension must find
 * what was found before.
 */

const server = await startPgvectorServer();
const db: Database | undefined =
  server === undefined
    ? undefined
    : await openDatabase({ connectionString: server.connectionString, log: silentLog });
afterAll(async () => {
  await db?.close();
  await server?.stop();
});

const table = `
  CREATE TABLE IF NOT EXISTS vector_items (
    owner_id text, namespace text, id text, embedding real[], content text, metadata jsonb, updated_at timestamptz,
    PRIMARY KEY (owner_id, namespace, id))`;

const rows: readonly (readonly [string, readonly number[], object])[] = [
  ['east', [1, 0], { kind: 'wind' }],
  ['north', [0, 1], { kind: 'wind' }],
  ['far', [10, 9], { kind: 'place' }],
  ['nowhere', [0, 0], { kind: 'place' }],
  ['also-nowhere', [0, 0], { kind: 'wind' }],
  ['west', [-1, 0], { kind: 'wind' }],
  ['Zenith', [0.5, 0.25], {}],
  ['äther', [0.5, 0.25], {}],
];

describe.skipIf(db === undefined)('vectors by pgvector', () => {
  it('are found as by looking at all of them, those of length 0 and ties included', async () => {
    if (db === undefined) return;
    await db.query(table);
    for (const [id, values, metadata] of rows)
      await db.query('INSERT INTO vector_items VALUES ($1, $2, $3, $4, NULL, $5, now())', [
        'ann', 'places', id, values, JSON.stringify(metadata),
      ]); // prettier-ignore
    await db.query(`INSERT INTO vector_items VALUES ('bob', 'places', 'his', '{1,0.8}', NULL, '{}', now())`);
    expect(await hasPgvector(db)).toBe(true);
    for (const metric of ['cosine', 'dot', 'l2'] as const) {
      for (const values of [
        [1, 0.8],
        [-3, 0.5],
        [0, 0],
      ]) {
        for (const filter of ['{}', '{"kind":"wind"}']) {
          const query = { ownerId: 'ann', namespace: 'places', values, metric, filter, topK: 6 };
          const [own, theirs] = [await exactSearch(db, query), await pgvectorSearch(db, query)];
          const what = JSON.stringify(query);
          expect(
            theirs.map(({ id }) => id),
            what,
          ).toEqual(own.map(({ id }) => id));
          for (const [at, { score }] of theirs.entries())
            expect(score, what).toBeCloseTo(own[at]?.score ?? Number.NaN, 5);
        }
      }
    }
  });

  it('are left to the exact search where the extension is not on the path of names, or gone', async () => {
    if (db === undefined || server === undefined) return;
    const admin = new pg.Client({ connectionString: server.connectionString });
    await admin.connect();
    await admin.query('CREATE SCHEMA elsewhere');
    await admin.query('ALTER EXTENSION vector SET SCHEMA elsewhere');
    expect(await hasPgvector(db)).toBe(false);
    await admin.query('DROP EXTENSION vector CASCADE');
    expect(await hasPgvector(db)).toBe(false);
    await admin.end();
  });
});
