import { describe, expect, it } from 'vitest';
import { createCredentialCache } from './key-cache.ts';

interface Fake {
  readonly userId: string;
  readonly version: number;
}

const setUp = (capacity = 10) => {
  const rows = new Map<string, Fake>([['a', { userId: 'ada', version: 1 }]]);
  const waiting: (() => void)[] = [];
  const state = { loads: 0, held: false };
  let nowMs = 0;
  const cache = createCredentialCache<Fake>({
    capacity,
    clock: { nowMs: () => nowMs, monotonicMs: () => nowMs },
    load: async (key) => {
      state.loads += 1;
      const found = rows.get(key);
      if (state.held) await new Promise<void>((resolve) => waiting.push(resolve));
      return found;
    },
  });
  const release = () => {
    for (const resolve of waiting.splice(0)) resolve();
  };
  return { cache, rows, state, release, advance: (ms: number) => void (nowMs += ms) };
};

describe('the credential cache', () => {
  it('keeps nothing and answers from the database until changes are heard of', async () => {
    const { cache, state } = setUp();
    await cache.fetch('a');
    await cache.fetch('a');
    expect([state.loads, cache.peek('a'), cache.size()]).toEqual([2, undefined, 0]);
  });

  it('answers a kept credential without the database', async () => {
    const { cache, state } = setUp();
    cache.reset(true);
    await cache.fetch('a');
    expect(cache.peek('a')).toMatchObject({ userId: 'ada' });
    expect(state.loads).toBe(1);
  });

  it('reads once for callers that come together', async () => {
    const { cache, state, release } = setUp();
    cache.reset(true);
    state.held = true;
    const all = Promise.all([cache.fetch('a'), cache.fetch('a'), cache.fetch('a')]);
    release();
    expect(new Set(await all).size).toBe(1);
    expect(state.loads).toBe(1);
  });

  it('neither keeps nor shares what was read before a change', async () => {
    const { cache, rows, state, release } = setUp();
    cache.reset(true);
    state.held = true;
    const before = cache.fetch('a');
    rows.set('a', { userId: 'ada', version: 2 });
    cache.drop('a');
    const after = cache.fetch('a');
    release();
    expect((await after)?.version).toBe(2);
    await before;
    expect(cache.peek('a')?.version).toBe(2);
  });

  it('does not let a late answer of before the change replace a newer one', async () => {
    const { cache, rows, state, release } = setUp();
    cache.reset(true);
    state.held = true;
    const before = cache.fetch('a');
    rows.set('a', { userId: 'ada', version: 2 });
    cache.dropUser('ada');
    state.held = false;
    await cache.fetch('a');
    release();
    await before;
    expect(cache.peek('a')?.version).toBe(2);
  });

  it('forgets all credentials of a user, and those of nobody else', async () => {
    const { cache, rows } = setUp();
    rows.set('b', { userId: 'bob', version: 1 });
    cache.reset(true);
    await cache.fetch('a');
    await cache.fetch('b');
    cache.dropUser('ada');
    expect([cache.peek('a'), cache.peek('b')?.userId]).toEqual([undefined, 'bob']);
  });

  it('trusts nothing that it kept once changes are no longer heard of', async () => {
    const { cache, state } = setUp();
    cache.reset(true);
    await cache.fetch('a');
    cache.reset(false);
    expect(cache.peek('a')).toBeUndefined();
    await cache.fetch('a');
    cache.reset(true);
    expect([cache.peek('a'), state.loads]).toEqual([undefined, 2]);
  });

  it('remembers for five seconds that a credential is unknown', async () => {
    const { cache, state, advance } = setUp();
    cache.reset(true);
    await cache.fetch('x');
    await cache.fetch('x');
    expect(state.loads).toBe(1);
    advance(5001);
    await cache.fetch('x');
    expect(state.loads).toBe(2);
  });

  it('keeps a failed read from nobody who comes later', async () => {
    let fail = true;
    const cache = createCredentialCache<Fake>({
      capacity: 1,
      clock: { nowMs: () => 0, monotonicMs: () => 0 },
      load: () => (fail ? Promise.reject(new Error('away')) : Promise.resolve({ userId: 'ada', version: 1 })),
    });
    cache.reset(true);
    await expect(cache.fetch('a')).rejects.toThrow('away');
    fail = false;
    expect(await cache.fetch('a')).toMatchObject({ userId: 'ada' });
  });

  it('stays within its capacity, forgetting what was used longest ago', async () => {
    const { cache, rows } = setUp(2);
    for (const key of ['b', 'c']) rows.set(key, { userId: key, version: 1 });
    cache.reset(true);
    await cache.fetch('a');
    await cache.fetch('b');
    cache.peek('a');
    await cache.fetch('c');
    expect([cache.size(), cache.peek('b'), cache.peek('a')?.userId]).toEqual([2, undefined, 'ada']);
  });
});
