import { describe, expect, it } from 'vitest';
import {
  deadLetterHeader,
  purgeDeadLetters,
  pruneArchive,
  readDepths,
  resendDeadLetters,
  resentFromHeader,
  type QueueMessage,
} from './index.ts';
import { workerStage } from './testing/worker-stage.ts';

const { test, sender, newQueue, until, start, left, archived, quick } = workerStage();

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
