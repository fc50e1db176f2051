import { describe, expect, it } from 'vitest';
import { AppError } from '../../../platform/errors.ts';
import { createCircuitBoard } from '../../../platform/outbound/index.ts';
import type { Directory } from '../catalogue/directory.ts';
import type { JsonObject } from '../json.ts';
import { createFairQueue } from '../limits/fair-queue.ts';
import { noTimings, type Adapter, type Call, type Model, type Target, type Upstream } from '../types.ts';
import { createUpstreamRouter, orderTargets } from './router.ts';

const call: Call = { kind: 'chat', body: {}, ollama: {}, stream: false };

const adapter: Adapter = {
  request: (_call, model) => ({ path: '/', body: { model } }),
  whole: () => ({ body: {}, usage: { promptTokens: 1, completionTokens: 1 }, timings: noTimings }),
  pieces: async function* () {
    // No stream is asked for here.
  },
};

const target = (upstream: string, weight = 1): Target => ({ upstream, model: 'm', weight });

const failures = {
  failed: () => new AppError('upstream_failed'),
  refused: () => new AppError('upstream_refused'),
  busy: () => new AppError('unavailable'),
};

/** A router over upstreams that answer, or fail as they are told. */
const bench = (models: readonly (Partial<Model> & Pick<Model, 'name' | 'targets'>)[], concurrency = 8) => {
  const asked: string[] = [];
  const behave = new Map<string, () => Promise<JsonObject>>();
  let [nowMs, random] = [0, 0];
  const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };
  const known = new Map(models.map((model) => [model.name, { fallbacks: [], ...model } as unknown as Model]));
  const post = async ({ name }: Upstream): Promise<JsonObject> => {
    asked.push(name);
    return (await behave.get(name)?.()) ?? {};
  };
  const router = createUpstreamRouter({
    directory: {
      find: (name: string) => known.get(name),
      upstream: (name: string) => ({ name, kind: 'openai', concurrency }) as unknown as Upstream,
    } as unknown as Directory,
    client: { post, get: post, stream: () => Promise.reject(failures.failed()) },
    adapters: { openai: adapter, ollama: adapter },
    circuits: createCircuitBoard({
      clock,
      settings: { failuresMax: 5, windowMs: 60_000, openMs: 2000, openMaxMs: 30_000 },
      onChange: () => undefined,
    }),
    queue: createFairQueue({ waitingMax: 100, waitingPerUserMax: 100 }),
    clock,
    random: () => random,
  });
  const ask = (name: string) => {
    const model = known.get(name);
    if (model === undefined) throw new Error(name);
    const { signal } = new AbortController();
    return router.whole({ model, call, userId: 'ann', signal, onWork: () => undefined });
  };
  return {
    asked,
    ask,
    fail: (upstream: string, how: keyof typeof failures | undefined) => {
      if (how === undefined) behave.delete(upstream);
      else behave.set(upstream, () => Promise.reject(failures[how]()));
    },
    hold: (upstream: string): (() => void) => {
      const { promise, resolve } = Promise.withResolvers<JsonObject>();
      behave.set(upstream, () => promise);
      return () => {
        resolve({});
      };
    },
    pass: (ms: number) => (nowMs += ms),
    draw: (share: number) => (random = share),
  };
};

describe('weights', () => {
  it('are the shares in which targets are asked first; the others follow, the heavier first', () => {
    const targets = [target('a', 1), target('b', 6), target('c', 3)];
    const firsts = new Map<string, number>();
    for (let step = 0; step < 1000; step += 1) {
      const [first, second, third] = orderTargets(targets, step / 1000).map(({ upstream }) => upstream);
      firsts.set(first ?? '', (firsts.get(first ?? '') ?? 0) + 1);
      expect([second, third]).toEqual(['b', 'c', 'a'].filter((name) => name !== first));
    }
    expect(Object.fromEntries(firsts)).toEqual({ a: 100, b: 600, c: 300 });
  });
});

describe('a target that fails', () => {
  const model = { name: 'chat', targets: [target('a', 2), target('b')], fallbacks: ['small'] };
  const small = { name: 'small', targets: [target('c')] };

  it('is followed by the next, and by the fallback when none works', async () => {
    const { ask, fail, asked } = bench([model, small]);
    fail('a', 'failed');
    expect((await ask('chat')).upstream).toBe('b');
    fail('b', 'busy');
    expect(await ask('chat')).toMatchObject({ upstream: 'c', model: { name: 'small' } });
    expect(asked).toEqual(['a', 'b', 'a', 'b', 'c']);
  });

  it('is not where the fault is the request’s', async () => {
    const { ask, fail, asked } = bench([model, small]);
    fail('a', 'refused');
    await expect(ask('chat')).rejects.toMatchObject({ code: 'upstream_refused' });
    expect(asked).toEqual(['a']);
  });

  it('is one of four at most', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const { ask, fail, asked } = bench([{ name: 'chat', targets: names.map((name) => target(name)) }]);
    for (const name of names) fail(name, 'failed');
    await expect(ask('chat')).rejects.toMatchObject({ code: 'upstream_failed' });
    expect(asked).toEqual(['a', 'b', 'c', 'd']);
  });

  it('rests after five failures, is asked by one call then, and serves again once it works', async () => {
    const { ask, fail, asked, pass } = bench([{ name: 'chat', targets: [target('a', 2), target('b')] }]);
    fail('a', 'failed');
    for (let count = 0; count < 5; count += 1) await ask('chat');
    asked.length = 0;
    await ask('chat');
    pass(1999);
    await ask('chat');
    expect(asked, 'while it rests').toEqual(['b', 'b']);
    pass(1);
    await ask('chat');
    expect(asked.slice(2), 'the probe').toEqual(['a', 'b']);
    pass(2000);
    await ask('chat');
    expect(asked.slice(4), 'twice as long after a failed probe').toEqual(['b']);
    fail('a', undefined);
    pass(2000);
    await ask('chat');
    await ask('chat');
    expect(asked.slice(5)).toEqual(['a', 'a']);
  });
});

describe('calls at once', () => {
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  it('are limited by the model and by its server, whichever is less', async () => {
    const models = [
      { name: 'narrow', targets: [target('a')], concurrency: 1 },
      { name: 'wide', targets: [target('a')], concurrency: 2 },
    ];
    const { ask, hold, asked } = bench(models, 2);
    const release = hold('a');
    const all = ['narrow', 'narrow', 'wide', 'wide'].map((name) => ask(name));
    await settled();
    expect(asked.length, 'the server takes two').toBe(2);
    release();
    await Promise.all(all);
    expect(asked.length).toBe(4);
    const again = bench(models, 8);
    const free = again.hold('a');
    const three = ['narrow', 'narrow', 'narrow'].map((name) => again.ask(name));
    await settled();
    expect(again.asked.length, 'the model takes one').toBe(1);
    free();
    await Promise.all(three);
  });
});
