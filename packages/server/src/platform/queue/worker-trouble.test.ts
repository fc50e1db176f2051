import { describe, expect, it } from 'vitest';
import { systemClock, type Clock } from '../clock.ts';
import { openDatabase, silentLog } from '../database/index.ts';
import { deadLetterHeader, readDepths, type QueueMessage } from './index.ts';
import { workerStage } from './testing/worker-stage.ts';

const { test, sender, newQueue, until, start, left, archived, quick } = workerStage();

describe('a queue worker', () => {
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
