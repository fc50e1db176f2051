import { describe, expect, it } from 'vitest';
import { createFairQueue } from './fair-queue.ts';

const calm = new AbortController().signal;
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Enters, and notes the name when its turn has come. */
const bench = (options = { waitingMax: 100, waitingPerUserMax: 10 }) => {
  const queue = createFairQueue(options);
  const turns: string[] = [];
  const leaves = new Map<string, () => void>();
  const enter = async (name: string, user: string, signal = calm, concurrency = 1): Promise<void> => {
    leaves.set(name, await queue.enter('gpu', concurrency, user, signal));
    turns.push(name);
  };
  const leave = async (name: string): Promise<void> => {
    leaves.get(name)?.();
    await settled();
  };
  return { queue, turns, enter, leave };
};

describe('the queue before a model server', () => {
  it('lets users take turns, however many calls one of them brought first', async () => {
    const { turns, enter, leave } = bench();
    await enter('ann-1', 'ann');
    for (const name of ['ann-2', 'ann-3', 'ann-4']) void enter(name, 'ann');
    for (const name of ['bob-1', 'bob-2']) void enter(name, 'bob');
    void enter('eve-1', 'eve');
    for (let served = 0; served < 6; served += 1) await leave(turns.at(-1) ?? '');
    expect(turns).toEqual(['ann-1', 'ann-2', 'bob-1', 'eve-1', 'ann-3', 'bob-2', 'ann-4']);
  });

  it('lets in so many at once and no more, and a place that is given back twice is one place', async () => {
    const { turns, enter, leave } = bench();
    for (const name of ['a', 'b', 'c', 'd']) void enter(name, name, calm, 2);
    await settled();
    expect(turns).toEqual(['a', 'b']);
    await leave('a');
    await leave('a');
    expect(turns).toEqual(['a', 'b', 'c']);
  });

  it('is bounded: one user’s part of it, and all of it', async () => {
    const { queue, enter } = bench({ waitingMax: 3, waitingPerUserMax: 2 });
    await enter('in', 'ann');
    for (const user of ['ann', 'ann', 'bob']) queue.enter('gpu', 1, user, calm).catch(() => undefined);
    const refused = expect.objectContaining({ code: 'overloaded', status: 429 }) as unknown;
    await expect(queue.enter('gpu', 1, 'eve', calm)).rejects.toEqual(refused);
    const small = bench({ waitingMax: 100, waitingPerUserMax: 2 });
    await small.enter('in', 'ann');
    for (const user of ['ann', 'ann']) small.queue.enter('gpu', 1, user, calm).catch(() => undefined);
    await expect(small.queue.enter('gpu', 1, 'ann', calm)).rejects.toEqual(refused);
    void small.enter('bob', 'bob');
    await small.leave('in');
  });

  it('forgets who gives up: the place goes to the next', async () => {
    const { queue, turns, enter, leave } = bench();
    await enter('in', 'ann');
    const patience = new AbortController();
    const waiting = queue.enter('gpu', 1, 'bob', patience.signal);
    void enter('eve', 'eve');
    patience.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'unavailable' });
    await leave('in');
    expect(turns).toEqual(['in', 'eve']);
    await leave('eve');
    await enter('again', 'bob');
    expect(turns.at(-1)).toBe('again');
  });
});
