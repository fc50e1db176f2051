import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../database/index.ts';
import { testDatabase } from '../../testing/index.ts';
import {
  checkSealingKeys,
  createResealer,
  createSealer,
  sealingKeyOf,
  SealingKeyError,
  type KeyedSealer,
  type SealedColumn,
  type SealingKey,
} from './index.ts';

const test = testDatabase();
const never = new AbortController().signal;
const now = () => new Date('2026-10-01T12:00:00Z');

const byRow: SealedColumn = {
  table: 'sealed_hooks',
  idColumn: 'id',
  column: 'secret',
  purpose: (id) => `hook:${id}`,
};
const byTable: SealedColumn = {
  table: 'sealed_agents',
  idColumn: 'name',
  column: 'key',
  purpose: 'agent-key',
};
const columns = [byRow, byTable];

beforeEach(async () => {
  await test.db.query('CREATE TABLE sealed_hooks (id bigint PRIMARY KEY, secret text)');
  await test.db.query('CREATE TABLE sealed_agents (name text PRIMARY KEY, key text)');
});
afterEach(async () => {
  await test.db.query('DROP TABLE sealed_hooks, sealed_agents');
  await test.db.query('TRUNCATE sealing_keys CASCADE');
});

const newKey = (id: string): SealingKey => sealingKeyOf(randomBytes(32), id);

const start = async (current: SealingKey, ...older: SealingKey[]): Promise<KeyedSealer> => {
  const sealer = createSealer({ current, older });
  await checkSealingKeys({ db: test.db, sealer, columns, now });
  return sealer;
};

const fill = async (sealer: KeyedSealer, count: number, from = 1): Promise<void> => {
  for (let id = from; id < from + count; id += 1) {
    const secret = sealer.seal(`secret ${String(id)}`, `hook:${String(id)}`);
    await test.db.query('INSERT INTO sealed_hooks VALUES ($1, $2)', [id, secret]);
  }
};

const secretsOf = async (sealer: KeyedSealer): Promise<string[]> => {
  const { rows } = await test.db.query<{ id: string; secret: string }>(
    'SELECT id::text AS id, secret FROM sealed_hooks WHERE secret IS NOT NULL ORDER BY sealed_hooks.id',
  );
  return rows.map(({ id, secret }) => sealer.unseal(secret, `hook:${id}`));
};

const expected = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `secret ${String(index + 1)}`);

const resealerOf = (sealer: KeyedSealer, batchSize = 3) =>
  createResealer({ db: test.db, sealer, columns, now, batchSize, log: pino({ level: 'silent' }) });

describe('sealing keys at the start', () => {
  it('are remembered, and found again by every later start and replica', async () => {
    const key = newKey('a');
    await Promise.all([start(key), start(key), start(key)]);
    await start(key);
    const { rowCount } = await test.db.query('SELECT 1 FROM sealing_keys');
    expect(rowCount).toBe(1);
  });

  it('are refused when another key goes by the same name, before a value is met', async () => {
    await start(newKey('a'));
    await expect(start(newKey('a'))).rejects.toThrow(SealingKeyError);
    await expect(start(newKey('b'), newKey('a'))).rejects.toThrow(/key a is not the one/);
  });

  it('are refused when one is missing that values need; the message says where and what to do', async () => {
    const [a, b] = [newKey('a'), newKey('b')];
    await fill(await start(a), 1);
    await expect(start(b)).rejects.toThrow(
      /sealed_hooks\.secret are sealed with key a.*GPUSHIELD_SEALING_KEYS_OLD/,
    );
    await start(b, a);
  });

  it('may change freely while nothing is sealed, and change back', async () => {
    const [a, b] = [newKey('a'), newKey('b')];
    await start(a);
    await start(b);
    await fill(await start(a), 1);
    await expect(start(b)).rejects.toThrow(SealingKeyError);
  });
});

describe('rotation', () => {
  it('seals everything anew, under every kind of purpose, and then the old key can go', async () => {
    const [a, b] = [newKey('a'), newKey('b')];
    const before = await start(a);
    await fill(before, 10);
    await test.db.query('INSERT INTO sealed_hooks VALUES (11, NULL)');
    await test.db.query('INSERT INTO sealed_agents VALUES ($1, $2)', [
      'agent 1',
      before.seal('k', 'agent-key'),
    ]);
    const after = await start(b, a);
    expect(await resealerOf(after).progress()).toMatchObject({
      done: false,
      places: [{ remaining: 10 }, {}],
    });

    expect(await resealerOf(after).run(never)).toMatchObject({
      keyId: 'b',
      done: true,
      places: [
        {
          place: 'sealed_hooks.secret',
          scanned: 10,
          resealed: 10,
          failed: 0,
          finishedAt: now(),
          remaining: 0,
        },
        { place: 'sealed_agents.key', scanned: 1, resealed: 1, remaining: 0 },
      ],
    });
    expect(await secretsOf(await start(b))).toEqual(expected(10));
  });

  it('stops between batches and goes on from there in the next process', async () => {
    const [a, b] = [newKey('a'), newKey('b')];
    await fill(await start(a), 10);
    const after = await start(b, a);
    const stopping = new AbortController();
    let batches = 0;
    const stopped = createResealer({
      db: test.db,
      sealer: after,
      columns,
      batchSize: 3,
      log: pino({ level: 'silent' }),
      now: () => {
        batches += 1;
        if (batches === 2) stopping.abort();
        return now();
      },
    });
    expect(await stopped.run(stopping.signal)).toMatchObject({
      done: false,
      places: [{ scanned: 6, resealed: 6, remaining: 4 }, {}],
    });
    expect(await resealerOf(after).run(never)).toMatchObject({
      done: true,
      places: [{ scanned: 10, resealed: 10, finishedAt: now() }, {}],
    });
    expect(await secretsOf(await start(b))).toEqual(expected(10));
  });

  it('finds what a replica with the old key wrote behind the walk', async () => {
    const [a, b] = [newKey('a'), newKey('b')];
    const before = await start(a);
    await fill(before, 5, 6);
    const after = await start(b, a);
    await resealerOf(after).run(never);
    await fill(before, 5);
    await expect(start(b)).rejects.toThrow(SealingKeyError);
    expect(await resealerOf(after).run(never)).toMatchObject({ done: true });
    expect(await secretsOf(await start(b))).toEqual(expected(10));
  });

  it('does not undo a change that is made while it works', async () => {
    const [a, b] = [newKey('a'), newKey('b')];
    await fill(await start(a), 1);
    const after = await start(b, a);
    const fresh = after.seal('secret changed', 'hook:1');
    const racing: Database = {
      ...test.db,
      transaction: (work) =>
        test.db.transaction((tx) =>
          work({
            ...tx,
            query: async (sql, values) => {
              if (sql.includes('UPDATE "sealed_hooks"'))
                await test.db.query('UPDATE sealed_hooks SET secret = $1', [fresh]);
              return tx.query(sql, values);
            },
          }),
        ),
    };
    const resealer = createResealer({
      db: racing,
      sealer: after,
      columns,
      now,
      log: pino({ level: 'silent' }),
    });
    expect(await resealer.run(never)).toMatchObject({
      done: true,
      places: [{ scanned: 1, resealed: 0 }, {}],
    });
    expect(await secretsOf(after)).toEqual(['secret changed']);
  });

  it('leaves values that do not open as they are, counts them, and keeps their key', async () => {
    const [a, b] = [newKey('a'), newKey('b')];
    const before = await start(a);
    await fill(before, 4);
    const swapped = before.seal('secret 9', 'hook:9');
    await test.db.query('UPDATE sealed_hooks SET secret = $1 WHERE id = 2', [swapped]);
    const after = await start(b, a);
    expect(await resealerOf(after).run(never)).toMatchObject({
      done: false,
      places: [{ resealed: 3, failed: 1, remaining: 1 }, {}],
    });
    const { rows } = await test.db.query<{ secret: string }>('SELECT secret FROM sealed_hooks WHERE id = 2');
    expect(rows).toEqual([{ secret: swapped }]);
    await expect(start(b)).rejects.toThrow(/sealed with key a/);
  });

  it('by several replicas at once loses nothing', async () => {
    const [a, b] = [newKey('a'), newKey('b')];
    await fill(await start(a), 20);
    const after = await start(b, a);
    const runs = await Promise.all([1, 2, 3].map(() => resealerOf(after).run(never)));
    expect(runs.map(({ done }) => done)).toEqual([true, true, true]);
    expect(await secretsOf(await start(b))).toEqual(expected(20));
  });
});
