import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startFakeKube, type FakeKube } from '../../../../testing/reservations/fake-kube.ts';
import { isJson, objectIn, textIn } from './read.ts';
import { createWatchCache, type WatchCache } from './watch-cache.ts';

interface Thing {
  readonly key: string;
  readonly color: string;
}
const thing = (name: string, color: string, version = '1') => ({
  metadata: { name, resourceVersion: version },
  spec: { color },
});
const readThing = (value: unknown): Thing | undefined => {
  if (!isJson(value)) return undefined;
  const key = textIn(objectIn(value, 'metadata'), 'name');
  return key === '' ? undefined : { key, color: textIn(objectIn(value, 'spec'), 'color') };
};

let kube: FakeKube;
let cache: WatchCache<Thing> | undefined;
let listed: readonly object[];
/** Watches that are open, the newest last. */
let watches: ServerResponse[];
let errors: unknown[];
let changes: string[];

beforeEach(async () => {
  listed = [thing('a', 'red')];
  watches = [];
  errors = [];
  changes = [];
  kube = await startFakeKube(({ url }, response) => {
    if (url?.includes('watch=true') !== true) return { metadata: { resourceVersion: '10' }, items: listed };
    response.writeHead(200);
    response.flushHeaders();
    watches.push(response);
    return undefined;
  });
});
afterEach(async () => {
  await cache?.stop();
  await kube.stop();
});

const start = (): WatchCache<Thing> => {
  cache = createWatchCache({
    api: kube.api,
    path: '/things',
    read: readThing,
    onChange: ({ key }, isThere) => changes.push(`${key} ${isThere ? 'is there' : 'is gone'}`),
    onError: (error) => errors.push(error),
    monotonicMs: () => performance.now(),
  });
  return cache;
};
const until = async (isTrue: () => boolean): Promise<void> => {
  const endMs = performance.now() + 10_000;
  while (!isTrue()) {
    if (performance.now() > endMs) throw new Error(`Waited in vain; asked: ${kube.asked.join(', ')}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};
const colorOf = (name: string): string | undefined => cache?.items.get(name)?.color;
const say = (...events: readonly object[]): void => {
  for (const event of events) watches.at(-1)?.write(`${JSON.stringify(event)}\n`);
};
const lists = (): number => kube.asked.filter((path) => !path.includes('watch=true')).length;

describe('a watch', () => {
  it('knows what was there, what came, changed and went', async () => {
    start();
    await until(() => watches.length === 1);
    expect([cache?.synced, cache?.isFresh(), colorOf('a')]).toEqual([true, true, 'red']);
    say(
      { type: 'ADDED', object: thing('b', 'blue', '11') },
      { type: 'MODIFIED', object: thing('a', 'green', '12') },
      { type: 'DELETED', object: thing('b', 'blue', '13') },
    );
    await until(() => changes.includes('b is gone'));
    expect([colorOf('a'), colorOf('b')]).toEqual(['green', undefined]);
  });

  it('that is dropped goes on where it was', async () => {
    start();
    await until(() => watches.length === 1);
    say(
      { type: 'BOOKMARK', object: thing('', '', '42') },
      { type: 'ADDED', object: thing('b', 'blue', '43') },
    );
    await until(() => colorOf('b') === 'blue');
    watches[0]?.destroy();
    await until(() => watches.length === 2);
    expect(kube.asked.at(-1)).toContain('resourceVersion=43');
    expect(lists()).toBe(1);
  });

  it.each([
    ['says 410 in its stream', () => say({ type: 'ERROR', object: { code: 410, reason: 'Expired' } })],
    ['says 500 in its stream', () => say({ type: 'ERROR', object: { code: 500 } })],
  ])('that %s reads everything again, and misses nothing', async (_what, fail) => {
    start();
    await until(() => watches.length === 1);
    listed = [thing('c', 'white')];
    fail();
    await until(() => watches.length === 2);
    expect([colorOf('a'), colorOf('c'), lists()]).toEqual([undefined, 'white', 2]);
    expect(changes).toContain('a is gone');
  });

  it.each([410, 429, 500])('that is answered with %d begins again', async (status) => {
    const { answer } = kube;
    let refusals = 2;
    kube.answer = (request, response) => {
      if (request.url?.includes('watch=true') !== true || refusals === 0) return answer(request, response);
      refusals -= 1;
      response.writeHead(status, { 'retry-after': '0' });
      return {};
    };
    start();
    await until(() => watches.length === 1);
    say({ type: 'ADDED', object: thing('b', 'blue', '11') });
    await until(() => colorOf('b') === 'blue');
  });

  it('takes no harm from what is no event, and goes on after it', async () => {
    start();
    await until(() => watches.length === 1);
    say({ type: 'ADDED', object: 'no object' }, { type: 'ADDED', object: {} }, { nothing: 1 });
    watches[0]?.write('not json\n');
    await until(() => watches.length === 2);
    say({ type: 'ADDED', object: thing('b', 'blue', '11') });
    await until(() => colorOf('b') === 'blue');
    expect(colorOf('a')).toBe('red');
  });

  it('of a server that is away is not fresh, and not synced before it was read', async () => {
    await kube.stop();
    start();
    await until(() => errors.length > 0);
    expect([cache?.synced, cache?.isFresh()]).toEqual([false, false]);
  });
});
