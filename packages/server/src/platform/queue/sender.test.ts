import { describe, expect, it } from 'vitest';
import { readDepths } from './index.ts';
import { workerStage } from './testing/worker-stage.ts';

const { test, sender, newQueue, left } = workerStage();

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
