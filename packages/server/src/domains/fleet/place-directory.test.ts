import { describe, expect, it } from 'vitest';
import { createPlaceDirectory, type Place } from './place-directory.ts';

const place = (nodeId: string): Place => ({ nodeId, ownerId: 'owner' });

/** A loader whose answers the test gives by hand. */
const manualLoader = () => {
  const calls: {
    ids: readonly string[];
    answer: (found: Record<string, Place>) => void;
    fail: (e: Error) => void;
  }[] = [];
  const load = (ids: readonly string[]) =>
    new Promise<ReadonlyMap<string, Place>>((resolve, reject) => {
      calls.push({ ids, answer: (found) => resolve(new Map(Object.entries(found))), fail: reject });
    });
  return { calls, load };
};
const hearing = (load: (ids: readonly string[]) => Promise<ReadonlyMap<string, Place>>, maxEntries = 100) => {
  const directory = createPlaceDirectory({ load, maxEntries });
  directory.setHearing(true);
  return directory;
};

describe('the place directory', () => {
  it('asks once for an id that many want at the same time, and not again', async () => {
    const { calls, load } = manualLoader();
    const directory = hearing(load);
    const waiting = [directory.resolve(['a']), directory.resolve(['a', 'b']), directory.resolve(['b'])];
    expect(calls.map(({ ids }) => ids)).toEqual([['a'], ['b']]);
    calls[0]?.answer({ a: place('1') });
    calls[1]?.answer({});
    expect((await Promise.all(waiting)).map((found) => [...found.keys()])).toEqual([['a'], ['a'], []]);
    await directory.resolve(['a']);
    expect(calls).toHaveLength(2);
  });

  it('asks again for an id that named nothing: it may be registered now', async () => {
    const { calls, load } = manualLoader();
    const directory = hearing(load);
    for (const expected of [0, 1]) {
      const found = directory.resolve(['a']);
      calls[expected]?.answer(expected === 0 ? {} : { a: place('1') });
      expect((await found).size).toBe(expected);
    }
  });

  it('does not keep what was loaded while a change was heard, and nobody joins that load', async () => {
    const { calls, load } = manualLoader();
    const directory = hearing(load);
    const before = directory.resolve(['a']);
    directory.forget('a');
    const after = directory.resolve(['a']);
    expect(calls).toHaveLength(2);
    calls[1]?.answer({ a: place('new') });
    await after;
    directory.forget('b');
    calls[0]?.answer({ a: place('old') });
    await before;
    expect((await after).get('a')?.nodeId).toBe('new');
    const later = directory.resolve(['a']);
    calls[2]?.answer({ a: place('newest') });
    expect((await later).get('a')?.nodeId).not.toBe('old');
  });

  it('keeps nothing while it cannot hear of changes', async () => {
    const { calls, load } = manualLoader();
    const directory = hearing(load);
    const ask = async () => {
      const found = directory.resolve(['a']);
      calls.at(-1)?.answer({ a: place('1') });
      await found;
    };
    await ask();
    expect(directory.size).toBe(1);
    directory.setHearing(false);
    expect(directory.size).toBe(0);
    await ask();
    expect(directory.size).toBe(0);
  });

  it('forgets all that stood on a deleted node, and never holds more than its bound', async () => {
    const directory = hearing(
      (ids) => Promise.resolve(new Map(ids.map((id) => [id, place(id.slice(0, 1))]))),
      3,
    );
    await directory.resolve(['a1', 'a2', 'b1', 'b2', 'b3']);
    expect(directory.size).toBe(3);
    directory.forgetNode('b');
    expect(directory.size).toBe(0);
  });

  it('tells a database error to everyone who waited, and asks anew afterwards', async () => {
    const { calls, load } = manualLoader();
    const directory = hearing(load);
    const waiting = [directory.resolve(['a']), directory.resolve(['a'])];
    calls[0]?.fail(new Error('gone'));
    expect((await Promise.allSettled(waiting)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    void directory.resolve(['a']);
    expect(calls).toHaveLength(2);
    calls[1]?.answer({});
  });
});
