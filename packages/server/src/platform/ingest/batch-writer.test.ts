import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import pg from 'pg';
import { openDatabase, silentLog } from '../database/index.ts';
import type { Database, Executor, Tx } from '../database/types.ts';
import { systemClock } from '../clock.ts';
import { testDatabase } from '../../testing/index.ts';
import { createBatchWriter, type BatchWriterOptions } from './batch-writer.ts';
import type { IdempotencyClaim } from '../idempotency/index.ts';
import type { BatchReport, BatchWriter, Submission } from './types.ts';

const database = testDatabase();
const writers: BatchWriter<readonly string[]>[] = [];

const copyThings = async (tx: Tx, items: readonly (readonly string[])[]) => {
  const lines = items.flat().map((value) => `${value}\n`);
  await tx.copyIn('ingested', ['value'], Buffer.from(lines.join('')));
};

const writerOn = (options: Partial<BatchWriterOptions<readonly string[]>> = {}) => {
  const writer = createBatchWriter<readonly string[]>({
    db: database.db,
    clock: systemClock(),
    write: copyThings,
    maxBufferedRows: 1000,
    maxBatchRows: 100,
    gatherMs: 0,
    ...options,
  });
  writers.push(writer);
  return writer;
};

const submission = (
  values: readonly string[],
  idempotency?: IdempotencyClaim,
): Submission<readonly string[]> => ({
  item: values,
  rows: values.length,
  answer: { status: 201, body: { accepted: values.length, first: values[0] } },
  idempotency,
});
const claim = (key: string, payloadHash = 'hash'): IdempotencyClaim => ({
  principalId: 'p',
  route: 'r',
  key,
  payloadHash,
});
const stored = async () => {
  const { rows } = await database.db.query<{ value: number }>('SELECT value FROM ingested ORDER BY value');
  return rows.map(({ value }) => value);
};

beforeAll(() => database.db.query('CREATE TABLE ingested (value int)'));
beforeEach(() => database.db.query('TRUNCATE ingested, idempotency_keys'));
afterEach(async () => {
  await Promise.all(writers.splice(0).map((writer) => writer.close()));
});

describe('the acknowledgement', () => {
  it('comes after the commit: another connection sees the rows at once', async () => {
    const writer = writerOn();
    const other = new pg.Client({ connectionString: database.connectionString });
    await other.connect();
    try {
      for (let value = 0; value < 20; value += 1) {
        await writer.submit(submission([String(value)]));
        const { rows } = await other.query<{ n: string }>('SELECT count(*) AS n FROM ingested');
        expect(Number(rows[0]?.n)).toBe(value + 1);
      }
    } finally {
      await other.end();
    }
  });

  it('is shared by concurrent requests: many of them need few commits', async () => {
    const reports: BatchReport[] = [];
    const writer = writerOn({ onBatch: (report) => reports.push(report) });
    await Promise.all(Array.from({ length: 90 }, (_, value) => writer.submit(submission([String(value)]))));
    expect(await stored()).toHaveLength(90);
    expect(reports.map(({ requests }) => requests)).toEqual([90]);
    expect(writer.bufferedRows()).toBe(0);
  });

  it('comes for a request with more rows than a batch should have', async () => {
    const writer = writerOn({ maxBatchRows: 10 });
    await writer.submit(submission(Array.from({ length: 50 }, (_, value) => String(value))));
    expect(await stored()).toHaveLength(50);
  });
});

describe('a full buffer', () => {
  it('refuses with overloaded and Retry-After, stores none of what it refused, and takes more once it has room', async () => {
    const writer = writerOn({ maxBufferedRows: 10 });
    const first = writer.submit(submission(['1', '2', '3', '4', '5', '6', '7', '8']));
    await expect(writer.submit(submission(['90', '91', '92']))).rejects.toMatchObject({
      code: 'overloaded',
      options: { retryAfterSeconds: 1 },
    });
    await writer.submit(submission(['9', '10']));
    await first;
    await writer.submit(submission(['11', '12', '13']));
    expect(await stored()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
  });
});

it('a request that no buffer could hold is told to split, not to come again', async () => {
  const values = Array.from({ length: 11 }, (_, value) => String(value));
  const refused = writerOn({ maxBufferedRows: 10 }).submit(submission(values));
  await expect(refused).rejects.toMatchObject({ code: 'body_too_large', status: 413 });
  expect(await stored()).toEqual([]);
});

describe('a value that PostgreSQL refuses', () => {
  it('costs its own request only, whole, and the others of the batch are stored', async () => {
    const writer = writerOn();
    const values = Array.from({ length: 21 }, (_, index) => [String(index), String(100 + index)]);
    values[7] = ['7', 'poison'];
    values[20] = ['99999999999999999999', '120'];
    const outcomes = await Promise.allSettled(values.map((each) => writer.submit(submission(each))));
    const refused = outcomes.flatMap((outcome, index) => (outcome.status === 'rejected' ? [index] : []));
    expect(refused).toEqual([7, 20]);
    expect(outcomes[7]).toMatchObject({ reason: { code: 'validation_failed' } });
    const kept = values
      .filter((_, index) => index !== 7 && index !== 20)
      .flat()
      .map(Number);
    expect(await stored()).toEqual(kept.sort((a, b) => a - b));
  });

  it('leaves its Idempotency-Key unused', async () => {
    const writer = writerOn();
    await expect(writer.submit(submission(['poison'], claim('k', 'a')))).rejects.toMatchObject({
      status: 422,
    });
    expect(await writer.submit(submission(['1'], claim('k', 'b')))).toMatchObject({ replayed: false });
  });
});

describe('an Idempotency-Key', () => {
  it('makes rows count once when the request is repeated, and gives the first answer again', async () => {
    const writer = writerOn();
    const first = await writer.submit(submission(['1', '2'], claim('k')));
    const again = await writer.submit({
      ...submission(['3', '4'], claim('k')),
      answer: { status: 201, body: 'new' },
    });
    expect(first).toEqual({ status: 201, body: { accepted: 2, first: '1' }, replayed: false });
    expect(again).toEqual({ ...first, replayed: true });
    expect(await stored()).toEqual([1, 2]);
  });

  it('makes rows count once among concurrent twins of two replicas, in crossing orders', async () => {
    const db: Database = await openDatabase({ connectionString: database.connectionString, log: silentLog });
    const replicas = [writerOn(), writerOn({ db })];
    try {
      const keys = Array.from({ length: 30 }, (_, index) => index);
      const send = (writer: BatchWriter<readonly string[]> | undefined, order: readonly number[]) =>
        order.map((index) => writer?.submit(submission([String(index)], claim(`k${index}`))));
      const receipts = await Promise.all([
        ...send(replicas[0], keys),
        ...send(replicas[1], keys.toReversed()),
        ...send(replicas[0], keys.toReversed()),
      ]);
      expect(receipts.filter((receipt) => receipt?.replayed === false)).toHaveLength(30);
      expect(await stored()).toEqual(keys);
    } finally {
      await Promise.all(replicas.map((writer) => writer.close()));
      await db.close();
    }
  });

  it('is refused with another payload, and those rows are not stored', async () => {
    const writer = writerOn();
    await writer.submit(submission(['1'], claim('k', 'a')));
    await expect(writer.submit(submission(['2'], claim('k', 'b')))).rejects.toMatchObject({
      code: 'idempotency_key_reused',
    });
    await expect(writer.findReceipt(claim('k', 'b'))).rejects.toMatchObject({
      code: 'idempotency_key_reused',
    });
    expect(await stored()).toEqual([1]);
  });

  it('can be used anew once it has expired', async () => {
    const writer = writerOn();
    await writer.submit(submission(['1'], claim('k', 'a')));
    await database.db.query("UPDATE idempotency_keys SET expires_at = now() - interval '1 s'");
    expect(await writer.findReceipt(claim('k', 'a'))).toBeUndefined();
    expect(await writer.submit(submission(['2'], claim('k', 'b')))).toMatchObject({ replayed: false });
    expect(await stored()).toEqual([1, 2]);
  });
});

describe('a database that is away', () => {
  it('is said at once as database_unavailable, and nothing is stored', async () => {
    const db = await openDatabase({ connectionString: database.connectionString, log: silentLog });
    await db.close();
    await expect(writerOn({ db }).submit(submission(['1']))).rejects.toMatchObject({
      code: 'database_unavailable',
    });
    expect(await stored()).toEqual([]);
  });

  it('does not hold a request for ever when it hangs; what was told to have failed and had not begun is not stored', async () => {
    const blocker = new pg.Client({ connectionString: database.connectionString });
    await blocker.connect();
    try {
      await blocker.query('BEGIN; LOCK TABLE ingested IN ACCESS EXCLUSIVE MODE');
      const writer = writerOn({ ackTimeoutMs: 100, parallelWrites: 1 });
      const begun = writer.submit(submission(['1']));
      await new Promise((resolve) => setTimeout(resolve, 50));
      const waiting = writer.submit(submission(['2']));
      await expect(begun).rejects.toMatchObject({ code: 'database_unavailable' });
      await expect(waiting).rejects.toMatchObject({ code: 'database_unavailable' });
      await blocker.query('ROLLBACK');
      await writer.close();
      expect(await stored()).toEqual([1]);
      expect(writer.bufferedRows()).toBe(0);
    } finally {
      await blocker.end();
    }
  });
});

describe('items that one statement writes', () => {
  const insert = (items: readonly (readonly string[])[]) => async (db: Executor) => {
    await db.query('INSERT INTO ingested SELECT unnest($1::int[])', [items.flat()]);
  };
  const transactions = (db: Database) => {
    const counted = { count: 0 };
    const counting: Database = {
      ...db,
      transaction: (work, options) => {
        counted.count += 1;
        return db.transaction(work, options);
      },
    };
    return { counted, counting };
  };

  it('have no transaction around it; with a key among them, or where they need more, they have', async () => {
    const { counted, counting } = transactions(database.db);
    const writer = writerOn({
      db: counting,
      writeAtOnce: (items) => (items.flat().includes('3') ? undefined : insert(items)),
    });
    await Promise.all(['1', '2'].map((value) => writer.submit(submission([value]))));
    expect([counted.count, await stored()]).toEqual([0, [1, 2]]);
    await writer.submit(submission(['3']));
    expect(counted.count).toBe(1);
    const keyed = await Promise.all([
      writer.submit(submission(['4'])),
      writer.submit(submission(['5'], claim('k'))),
    ]);
    expect([counted.count, keyed.map(({ replayed }) => replayed)]).toEqual([2, [false, false]]);
    expect(await writer.submit(submission(['5'], claim('k')))).toMatchObject({ replayed: true });
    expect(await stored()).toEqual([1, 2, 3, 4, 5]);
  });

  it('are refused alone where PostgreSQL refuses a value of them', async () => {
    const writer = writerOn({ writeAtOnce: insert });
    const values = ['1', '2', '99999999999', '4', '5'];
    const outcomes = await Promise.allSettled(values.map((value) => writer.submit(submission([value]))));
    expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual([true, true, false, true, true]);
    expect(outcomes[2]).toMatchObject({ reason: { code: 'validation_failed' } });
    expect(await stored()).toEqual([1, 2, 4, 5]);
  });
});

describe('close', () => {
  it('stores what was accepted and refuses what comes after', async () => {
    const writer = writerOn({ gatherMs: 1000, maxBatchRows: 2 });
    const accepted = Array.from({ length: 9 }, (_, value) => writer.submit(submission([String(value)])));
    await writer.close();
    expect(await stored()).toHaveLength(9);
    await Promise.all(accepted);
    await expect(writer.submit(submission(['10']))).rejects.toMatchObject({ code: 'shutting_down' });
  });
});
