import { Pgmq } from 'pgmq-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '../../packages/server/src/testing/index.ts';

const test = testDatabase();
let pgmq: Pgmq;

beforeAll(async () => {
  const url = new URL(test.connectionString);
  pgmq = await Pgmq.new(
    {
      host: decodeURIComponent(url.hostname),
      port: Number(url.port),
      user: url.username,
      password: decodeURIComponent(url.password),
      database: url.pathname.slice(1),
      ssl: false,
      max: 4,
    },
    // What its manual says for servers without the extension, which is what the tests' PostgreSQL is.
    { skipExtensionCreation: true },
  );
});
afterAll(async () => {
  await pgmq.close();
});

const near = (time: Date | undefined, expectedMs: number) =>
  Math.abs((time?.getTime() ?? 0) - expectedMs) < 10_000;

describe('pgmq-js 1.3.1, unmodified', () => {
  it('creates, lists, measures, purges and drops queues', async () => {
    await pgmq.queue.create('first');
    await pgmq.queue.create('first');
    await pgmq.queue.createUnlogged('fast');
    const listed = (await pgmq.queue.list()).sort((a, b) => a.name.localeCompare(b.name));
    expect(listed).toMatchObject([
      { name: 'fast', isPartitioned: false, isUnlogged: true },
      { name: 'first', isPartitioned: false, isUnlogged: false },
    ]);
    await pgmq.msg.sendBatch('first', [1, 2, 3]);
    expect(await pgmq.queue.getMetrics('first')).toMatchObject({
      queueName: 'first',
      queueLength: 3,
      newestMsgAgeSec: 0,
      oldestMsgAgeSec: 0,
      totalMessages: 3,
    });
    expect(
      (await pgmq.queue.getAllMetrics()).map(({ queueName, queueLength }) => [queueName, queueLength]).sort(),
    ).toEqual([
      ['fast', 0],
      ['first', 3],
    ]);
    const empty = await pgmq.queue.getMetrics('fast');
    expect([empty.newestMsgAgeSec, empty.oldestMsgAgeSec, empty.totalMessages]).toEqual([
      undefined,
      undefined,
      0,
    ]);
    expect(near(empty.scrapeTime, Date.now())).toBe(true);
    await pgmq.queue.purge('first');
    expect(await pgmq.queue.getMetrics('first')).toMatchObject({ queueLength: 0, totalMessages: 3 });
    await pgmq.queue.detachArchive('first');
    await pgmq.queue.drop('first');
    await pgmq.queue.drop('fast');
    expect(await pgmq.queue.list()).toEqual([]);
  });

  it('sends, reads, pops, hides, archives and deletes messages', async () => {
    await pgmq.queue.create('q');
    const body = { text: 'ü"\\', list: [1, null, { a: true }] };
    const one = await pgmq.msg.send('q', body);
    const [two, three, four] = await pgmq.msg.sendBatch('q', ['b', 'c', 'd']);
    expect([one, two, three, four]).toEqual([1, 2, 3, 4]);

    const read = await pgmq.msg.read<typeof body>('q', 30);
    expect(read).toMatchObject({ msgId: 1, readCount: 1, message: body });
    expect(near(read.enqueuedAt, Date.now()) && near(read.vt, Date.now() + 30_000)).toBe(true);
    expect((await pgmq.msg.readBatch('q', 30, 2)).map(({ msgId }) => msgId)).toEqual([2, 3]);

    const hidden = await pgmq.msg.setVt('q', 1, 3600);
    expect(near(hidden?.vt, Date.now() + 3_600_000)).toBe(true);
    expect(await pgmq.msg.setVt('q', 999, 1)).toBeUndefined();
    expect((await pgmq.msg.setVt('q', 2, 0))?.msgId).toBe(2);
    expect(await pgmq.msg.pop('q')).toMatchObject({ msgId: 2, readCount: 1, message: 'b' });

    expect(await pgmq.msg.archive('q', 1)).toBe(true);
    expect(await pgmq.msg.archive('q', 1)).toBe(false);
    expect(await pgmq.msg.archiveBatch('q', [3, 999])).toEqual([3]);
    expect(await pgmq.msg.delete('q', 4)).toBe(true);
    expect(await pgmq.msg.delete('q', 4)).toBe(false);
    const more = await pgmq.msg.sendBatch('q', ['e', 'f']);
    expect((await pgmq.msg.deleteBatch('q', [...more, 999])).sort()).toEqual(more);
    expect(await pgmq.msg.read('q', 1)).toBeUndefined();
    expect(await pgmq.msg.pop('q')).toBeUndefined();

    await pgmq.msg.send('q', 'later', 3600);
    await pgmq.msg.sendBatch('q', ['later too'], 3600);
    expect(await pgmq.msg.readBatch('q', 1, 10)).toEqual([]);
  });

  it('hears of queues that are not there and of names that cannot be', async () => {
    await expect(pgmq.msg.send('missing', 1)).rejects.toMatchObject({ code: '42P01' });
    await expect(pgmq.msg.read('missing', 1)).rejects.toMatchObject({ code: '42P01' });
    await expect(pgmq.queue.create('x'.repeat(48))).rejects.toMatchObject({
      code: 'P0001',
      message: 'queue name is too long, maximum length is 47 characters',
    });
    await expect(pgmq.queue.create('a;b')).rejects.toMatchObject({ code: 'P0001' });
    await pgmq.queue.create('x'.repeat(47));
    await pgmq.queue.drop('x'.repeat(47));
    await pgmq.queue.drop('missing');
  });
});
