import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '../../testing/index.ts';
import { createReplica, type Replica } from './testing/replica.ts';

const database = testDatabase();
let replica: Replica;
beforeAll(async () => {
  replica = await createReplica({ connectionString: database.connectionString });
  const userId = await replica.addUser('ada', ['viewer']);
  await replica.db.query(
    `INSERT INTO api_keys (id, user_id, key_hash, key_prefix, created_at, expires_at)
     SELECT gen_random_uuid(), $1, sha256(convert_to(i::text, 'UTF8')), 'prefix00', now() - i * interval '1 s', now() + i * interval '1 s'
       FROM generate_series(1, 20000) i`,
    [userId],
  );
  await replica.db.query('ANALYZE');
});
afterAll(() => replica.close());

const planOf = async (sql: string, values: readonly unknown[]): Promise<string> =>
  JSON.stringify((await replica.db.query(`EXPLAIN ${sql}`, values)).rows);

describe('among many keys', () => {
  it('one is found by its hash through an index', async () => {
    const plan = await planOf('SELECT id FROM api_keys WHERE key_hash = $1', [Buffer.alloc(32)]);
    expect(plan).toContain('api_keys_key_hash_key');
    expect(plan).not.toContain('Seq Scan');
  });

  it('a page of the list is read in the order of an index', async () => {
    const plan = await planOf(
      `SELECT id FROM api_keys k WHERE ($1::uuid IS NULL OR k.user_id = $1) ORDER BY created_at DESC, id DESC LIMIT 50`,
      [null],
    );
    expect(plan).toContain('api_keys_list');
    expect(plan).not.toContain('Sort');
  });
});
