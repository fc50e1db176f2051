import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock, type Clock } from '../clock.ts';
import { openDatabase, silentLog, type Database } from '../database/index.ts';
import { testDatabase } from '../../testing/index.ts';
import {
  createQueueSender,
  createQueueWorker,
  deadLetterHeader,
  ensureQueue,
  purgeDeadLetters,
  pruneArchive,
  readDepths,
  resendDeadLetters,
  resentFromHeader,
  type DeliveryResult,
  type QueueMessage,
  type QueueWorker,
  type WorkerOptions,
} from './index.ts';

const test = testDatabase();
const sender = createQueueSender();
const running: QueueWorker[] = [];
let queues = 0;
const newQueue = async (): Promise<string> => {
  queues += 1;
  const queue = `test_${queues}`;
  await ensureQueue(test.db, queue);
  return queue;
};

afterEach(async () => {
  await Promise.all(running.splice(0).map((worker) => worker.stop(0)));
});

const until = async (holds: () => boolean | Promise<boolean>, what: string): Promise<void> => {
  const giveUpMs = performance.now() + 30_000;
  while (!(await holds())) {
    if (performance.now() > giveUpMs) throw new Error(`It never came: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};

interface Started {
  readonly worker: QueueWorker;
  readonly counts: Partial<Record<DeliveryResult, number>>;
}

const start = async (
  options: WorkerOptions,
  own: { db?: Database; clock?: Clock } = {},
): Promise<Started> => {
  const counts: Partial<Record<DeliveryResult, number>> = {};
  const worker = createQueueWorker(
    {
      db: own.db ?? test.db,
      clock: own.clock ?? systemClock(),
      log: pino({ level: 'silent' }),
      random: () => 0.5,
      onDeliveries: (_queue, result, n) => {
        counts[result] = (counts[result] ?? 0) + n;
      },
    },
    options,
  );
  running.push(worker);
  await worker.start();
  return { worker, counts };
};

const left = async (queue: string) => (await readDepths(test.db, [queue]))[0]?.messages;
const archived = async (queue: string) =>
  (
    await test.db.query<{ message: unknown; headers: Record<string, unknown> | null; read_ct: number }>(
      `SELECT message, headers, read_ct FROM pgmq.a_${queue} ORDER BY msg_id`,
    )
  ).rows;
const quick = { firstMs: 1, longestMs: 2 };

describe('a queue worker', () => {
  it('handles every message and archives it, with bodies and headers as they were sent', async () => {
    const queue = await newQueue();
    const bodies = [
      null,
      1,
      'text',
      { nested: ['"{}', 'ü', '\\', { a: null }] },
      Array.from({ length: 50 }, (_, n) => n),
    ];
    const ids = await sender.sendBatch(test.db, queue, bodies, { headers: { 'x-trace': 't"1' } });
    const got: QueueMessage[] = [];
    await start({
      queue,
      concurrency: 2,
      handler: async (message) => {
        got.push(message);
        return { kind: 'done' };
      },
    });
    await until(async () => (await archived(queue)).length === bodies.length, 'the archive of all');
    expect(got.sort((a, b) => Number(a.id) - Number(b.id)).map(({ id, body }) => [id, body])).toEqual(
      ids.map((id, n) => [id, bodies[n]]),
    );
    expect(got.every(({ headers, readCount }) => headers?.['x-trace'] === 't"1' && readCount === 1)).toBe(
      true,
    );
    expect(await left(queue)).toBe(0);
  });

  it('drops what is done where it is told to delete', async () => {
    const queue = await newQueue();
    await sender.send(test.db, queue, 1);
    const { counts } = await start({
      queue,
      concurrency: 1,
      whenDone: 'delete',
      handler: async () => ({ kind: 'done' }),
    });
    await until(() => counts.done === 1, 'the end');
    expect(await archived(queue)).toEqual([]);
    expect(await left(queue)).toBe(0);
  });

  it('sees a message only when the transaction that sent it commits', async () => {
    const queue = await newQueue();
    const got: unknown[] = [];
    await start({
      queue,
      concurrency: 1,
      handler: async ({ body }) => {
        got.push(body);
        return { kind: 'done' };
      },
    });
    await test.db
      .transaction(async (tx) => {
        await sender.send(tx, queue, 'rolled back');
        throw new Error('no');
      })
      .catch(() => undefined);
    await test.db.transaction(async (tx) => {
      await sender.send(tx, queue, 'committed');
    });
    await until(() => got.length > 0, 'the committed one');
    expect(got).toEqual(['committed']);
  });

  it('runs no more handlers at once than it may', async () => {
    const queue = await newQueue();
    await sender.sendBatch(
      test.db,
      queue,
      Array.from({ length: 40 }, (_, n) => n),
    );
    let now = 0;
    let most = 0;
    const { counts } = await start({
      queue,
      concurrency: 3,
      handler: async () => {
        most = Math.max(most, (now += 1));
        await new Promise((resolve) => setTimeout(resolve, 3));
        now -= 1;
        return { kind: 'done' };
      },
    });
    await until(() => counts.done === 40, 'all');
    expect(most).toBe(3);
  });

  it('makes a poison message a dead letter that says why, when and after how many attempts; it can be sent again', async () => {
    const queue = await newQueue();
    const id = await sender.send(test.db, queue, { poison: true }, { headers: { kept: 1 } });
    let harmless = false;
    const attempts: number[] = [];
    const { counts } = await start({
      queue,
      concurrency: 1,
      maxAttempts: 3,
      backoff: quick,
      handler: async (_message, { attempt }) => {
        attempts.push(attempt);
        if (!harmless) throw new Error('cannot\0 read it');
        return { kind: 'done' };
      },
    });
    await until(() => counts.dead === 1, 'its death');
    expect(attempts).toEqual([1, 2, 3]);
    const [dead] = await archived(queue);
    expect(dead).toMatchObject({
      message: { poison: true },
      headers: {
        kept: 1,
        [deadLetterHeader]: { cause: 'attempts_exhausted', error: 'cannot read it', attempts: 3 },
      },
    });
    const { at } = dead?.headers?.[deadLetterHeader] as { at: string };
    expect(Math.abs(Date.parse(at) - Date.now())).toBeLessThan(60_000);
    expect((await readDepths(test.db, [queue]))[0]).toMatchObject({ messages: 0, deadLetters: 1 });

    harmless = true;
    expect(await resendDeadLetters(test.db, queue, { ids: ['999999', id], limit: 10 })).toBe(1);
    await until(() => counts.done === 1, 'its second life');
    const [resent] = await archived(queue);
    expect(resent?.headers).toEqual({ kept: 1, [resentFromHeader]: id });
    expect(attempts).toEqual([1, 2, 3, 1]);
  });

  it('buries at once what its handler refuses, and purges dead letters without touching what was done', async () => {
    const queue = await newQueue();
    await sender.sendBatch(test.db, queue, ['bad', 'good']);
    const { counts } = await start({
      queue,
      concurrency: 1,
      handler: async ({ body }) => (body === 'bad' ? { kind: 'dead', reason: 'not ours' } : { kind: 'done' }),
    });
    await until(() => counts.dead === 1 && counts.done === 1, 'both ends');
    expect(await purgeDeadLetters(test.db, queue, 100)).toBe(1);
    expect((await archived(queue)).map(({ message }) => message)).toEqual(['good']);
    await test.db.query(`UPDATE pgmq.a_${queue} SET archived_at = now() - interval '10 days'`);
    expect(await pruneArchive(test.db, queue, 7, 100)).toBe(1);
  });

  it('gives a message that kills its workers to no further handler', async () => {
    const queue = await newQueue();
    await sender.send(test.db, queue, 'killer');
    await test.db.query(`UPDATE pgmq.q_${queue} SET read_ct = 3`);
    let handled = 0;
    const { counts } = await start({
      queue,
      concurrency: 1,
      maxAttempts: 3,
      handler: async () => {
        handled += 1;
        return { kind: 'done' };
      },
    });
    await until(() => counts.dead === 1, 'its death');
    expect(handled).toBe(0);
    expect((await archived(queue))[0]?.headers?.[deadLetterHeader]).toMatchObject({ cause: 'no_answer' });
  });

  it('keeps a message from every other worker while its handler runs longer than the visibility', async () => {
    const queue = await newQueue();
    await sender.sendBatch(
      test.db,
      queue,
      Array.from({ length: 6 }, (_, n) => n),
    );
    const holders = new Map<string, number>();
    let twice = 0;
    const handler = async ({ id }: QueueMessage) => {
      if (holders.has(id)) twice += 1;
      holders.set(id, 1);
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      return { kind: 'done' } as const;
    };
    const options = { queue, concurrency: 4, visibilitySeconds: 1, handler };
    const [one, two] = [await start(options), await start(options)];
    await until(() => (one.counts.done ?? 0) + (two.counts.done ?? 0) === 6, 'all');
    expect(twice).toBe(0);
    expect((await archived(queue)).map(({ read_ct }) => read_ct)).toEqual([1, 1, 1, 1, 1, 1]);
  });

  it('ends no message that another worker has meanwhile, and tells the handler', async () => {
    const queue = await newQueue();
    await sender.send(test.db, queue, 1);
    const release = Promise.withResolvers<undefined>();
    let aborted = false;
    const { counts } = await start({
      queue,
      concurrency: 1,
      visibilitySeconds: 1,
      handler: async (_message, { signal }) => {
        signal.addEventListener('abort', () => {
          aborted = true;
        });
        await release.promise;
        return { kind: 'done' };
      },
    });
    await until(async () => {
      const { rows } = await test.db.query<{ n: number }>(
        `SELECT sum(read_ct)::int AS n FROM pgmq.q_${queue}`,
      );
      return rows[0]?.n === 1;
    }, 'the first delivery');
    // As after a pause of the whole process: the message became visible, and another worker read it.
    await test.db.query(`UPDATE pgmq.q_${queue} SET vt = clock_timestamp()`);
    await test.db.query('SELECT pgmq.read($1::text, 30, 1)', [queue]);
    await until(() => aborted, 'the signal');
    release.resolve(undefined);
    await until(() => counts.lost === 1, 'the loss');
    expect(await archived(queue)).toEqual([]);
    expect(await left(queue)).toBe(1);
  });

  it('gives back at once what a stop leaves undone', async () => {
    const queue = await newQueue();
    await sender.sendBatch(test.db, queue, [1, 2, 3]);
    let begun = 0;
    let aborted = 0;
    const { worker, counts } = await start({
      queue,
      concurrency: 2,
      visibilitySeconds: 600,
      handler: (_message, { signal }) => {
        begun += 1;
        return new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            aborted += 1;
            reject(new Error('stopped'));
          });
        });
      },
    });
    await until(() => begun === 2, 'two under way');
    await worker.stop(20);
    expect(aborted).toBe(2);
    expect(counts).toEqual({ returned: 2 });
    expect((await readDepths(test.db, [queue]))[0]).toMatchObject({ messages: 3, visible: 3 });
  });

  it('waits at a stop for what is under way, within its grace', async () => {
    const queue = await newQueue();
    await sender.send(test.db, queue, 1);
    const begun = Promise.withResolvers<undefined>();
    const { worker, counts } = await start({
      queue,
      concurrency: 1,
      handler: async () => {
        begun.resolve(undefined);
        await new Promise((resolve) => setTimeout(resolve, 100));
        return { kind: 'done' };
      },
    });
    await begun.promise;
    await worker.stop(20_000);
    expect(counts).toEqual({ done: 1 });
    expect(await left(queue)).toBe(0);
  });

  it('handles messages of one group in their order, one at a time, though attempts fail in between', async () => {
    const queue = await newQueue();
    for (let n = 0; n < 12; n += 1) {
      await sender.send(test.db, queue, n, { headers: { 'x-pgmq-group': `g${n % 3}` } });
    }
    const order = new Map<unknown, unknown[]>();
    const failed = new Set<unknown>();
    const { counts } = await start({
      queue,
      concurrency: 6,
      ordering: 'group',
      backoff: quick,
      handler: async ({ body, headers }) => {
        if (Number(body) % 4 === 1 && !failed.has(body)) {
          failed.add(body);
          throw new Error('once');
        }
        const group = headers?.['x-pgmq-group'];
        order.set(group, [...(order.get(group) ?? []), body]);
        return { kind: 'done' };
      },
    });
    await until(() => counts.done === 12, 'all');
    expect(order).toEqual(
      new Map([
        ['g0', [0, 3, 6, 9]],
        ['g1', [1, 4, 7, 10]],
        ['g2', [2, 5, 8, 11]],
      ]),
    );
  });

  it('ends a handler that runs for ever, and tries its message again', async () => {
    const queue = await newQueue();
    await sender.send(test.db, queue, 1);
    let runs = 0;
    const { counts } = await start({
      queue,
      concurrency: 1,
      maxRunSeconds: 0.05,
      backoff: quick,
      handler: () => {
        runs += 1;
        return runs === 1 ? new Promise(() => undefined) : Promise.resolve({ kind: 'done' });
      },
    });
    await until(() => counts.done === 1, 'the second run');
    expect(counts).toEqual({ retry: 1, done: 1 });
  });

  it('does not care when the wall clock is set forward or back by an hour', async () => {
    const queue = await newQueue();
    const real = systemClock();
    let offsetMs = 0;
    const clock: Clock = { nowMs: () => real.nowMs() + offsetMs, monotonicMs: () => real.monotonicMs() };
    await sender.sendBatch(test.db, queue, [1, 2, 3, 4]);
    const { counts } = await start(
      {
        queue,
        concurrency: 1,
        visibilitySeconds: 1,
        handler: async ({ body }) => {
          offsetMs = Number(body) % 2 === 0 ? 3_600_000 : -3_600_000;
          await new Promise((resolve) => setTimeout(resolve, 400));
          return { kind: 'done' };
        },
      },
      { clock },
    );
    await until(() => counts.done === 4, 'all');
    expect(counts).toEqual({ done: 4 });
    expect((await archived(queue)).map(({ read_ct }) => read_ct)).toEqual([1, 1, 1, 1]);
  });

  it('goes on after every connection to the database was cut', async () => {
    const queue = await newQueue();
    const db = await openDatabase({ connectionString: test.connectionString, log: silentLog });
    try {
      const got = new Set<unknown>();
      const { worker } = await start(
        {
          queue,
          concurrency: 2,
          visibilitySeconds: 1,
          backoff: quick,
          handler: async ({ body }) => {
            got.add(body);
            return { kind: 'done' };
          },
        },
        { db },
      );
      await sender.send(test.db, queue, 'before');
      await until(() => got.has('before'), 'the first');
      await test.db.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`,
      );
      await sender.send(test.db, queue, 'after');
      await until(() => got.has('after'), 'the second');
      await until(async () => (await left(queue)) === 0, 'an empty queue');
      await worker.stop(1_000);
    } finally {
      await db.close();
    }
  });
});

describe('a transactional handler', () => {
  it('commits its effects with the end of its message, and neither without the other', async () => {
    const queue = await newQueue();
    await test.db.query('CREATE TABLE kept (body text)');
    await sender.sendBatch(test.db, queue, ['done', 'again', 'dead']);
    let again = 0;
    const { counts } = await start({
      queue,
      concurrency: 2,
      backoff: quick,
      handleInTransaction: async ({ body }, tx, { attempt }) => {
        await tx.query('INSERT INTO kept VALUES ($1)', [`${String(body)} ${attempt}`]);
        if (body === 'dead') return { kind: 'dead', reason: 'no use' };
        if (body === 'again' && (again += 1) < 3) throw new Error('not yet');
        return { kind: 'done' };
      },
    });
    await until(() => counts.done === 2 && counts.dead === 1, 'three ends');
    const { rows } = await test.db.query<{ body: string }>('SELECT body FROM kept ORDER BY body');
    expect(rows.map(({ body }) => body)).toEqual(['again 3', 'done 1']);
    expect(counts).toEqual({ done: 2, dead: 1, retry: 2 });
  });
});

describe('the sender', () => {
  it('refuses names, bodies, delays and batches beyond its bounds', async () => {
    const queue = await newQueue();
    for (const name of ['', 'Upper', '1st', 'a-b', 'a"b', 'x'.repeat(48)]) {
      await expect(sender.send(test.db, name, 1)).rejects.toThrow(RangeError);
    }
    await expect(sender.send(test.db, queue, undefined)).rejects.toThrow(RangeError);
    await expect(sender.send(test.db, queue, 'x'.repeat(1_100_000))).rejects.toThrow(RangeError);
    await expect(sender.send(test.db, queue, 1, { delaySeconds: -1 })).rejects.toThrow(RangeError);
    await expect(sender.sendBatch(test.db, queue, Array(1_001).fill(1))).rejects.toThrow(RangeError);
    expect(await sender.sendBatch(test.db, queue, [])).toEqual([]);
    expect(await left(queue)).toBe(0);
  });

  it('answers each of many sends at once with its own id, in their order, with bodies and headers as given', async () => {
    const queue = await newQueue();
    const ids = await Promise.all(
      Array.from({ length: 250 }, (_, n) =>
        sender.send(test.db, queue, { n }, n % 2 === 0 ? {} : { headers: { n } }),
      ),
    );
    const { rows } = await test.db.query<{ id: string; message: { n: number }; headers: unknown }>(
      `SELECT msg_id::text AS id, message, headers FROM pgmq.q_${queue} ORDER BY msg_id`,
    );
    expect(rows.map(({ id }) => id)).toEqual(ids);
    expect(rows.map(({ message }) => message.n)).toEqual(Array.from({ length: 250 }, (_, n) => n));
    expect(rows.map(({ headers }) => headers)).toEqual(
      Array.from({ length: 250 }, (_, n) => (n % 2 === 0 ? null : { n })),
    );
  });

  it('lets no message spoil those that are sent beside it, nor one queue another', async () => {
    const queue = await newQueue();
    // PostgreSQL’s jsonb has no place for this character.
    const bodies = [1, '\0', 2, 3];
    const outcomes = await Promise.allSettled([
      ...bodies.map((body) => sender.send(test.db, queue, body)),
      sender.send(test.db, 'missing', 1),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
      'rejected',
    ]);
    expect(outcomes[4]).toMatchObject({ reason: { code: '42P01' } });
    expect(await left(queue)).toBe(3);
  });

  it('delays', async () => {
    const queue = await newQueue();
    await sender.send(test.db, queue, 1, { delaySeconds: 3600 });
    expect((await readDepths(test.db, [queue]))[0]).toMatchObject({ messages: 1, visible: 0 });
  });
});
