import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../packages/server/src/platform/clock.ts';
import { createBlocks } from '../../packages/server/src/platform/limits/blocks.ts';
import { createSharedBlocks } from '../../packages/server/src/platform/limits/redis/blocks.ts';
import { createRedisLimiter } from '../../packages/server/src/platform/limits/redis/limiter.ts';
import { createRedisLink, type RedisLink } from '../../packages/server/src/platform/limits/redis/link.ts';
import type { LimitPolicy, Limiter } from '../../packages/server/src/platform/limits/types.ts';
import { hasRedis, startRedis, type RedisServer } from './redis-server.ts';

interface Replica {
  readonly link: RedisLink;
  readonly limiter: Limiter;
}

let redis: RedisServer | undefined;
let replicas: Replica[] = [];

const server = (): RedisServer => {
  if (redis === undefined) throw new Error('Redis runs in these tests');
  return redis;
};

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** This machine may be busy: a generous deadline, unless the test is about Redis not answering. */
const patientMs = 5000;

const startReplica = async (deadlineMs = patientMs): Promise<Replica> => {
  const clock = systemClock();
  const link = createRedisLink({
    url: server().url,
    clock,
    log: pino({ level: 'silent' }),
    replicaId: randomUUID(),
    assumedReplicas: 2,
    deadlineMs,
    random: Math.random,
  });
  const replica = { link, limiter: createRedisLimiter({ link, clock, newId: randomUUID }) };
  replicas.push(replica);
  await link.start();
  return replica;
};

/** Both replicas must have counted each other, as they do within a beat. */
const startTwo = async (deadlineMs?: number): Promise<readonly [Replica, Replica]> => {
  const one = await startReplica(deadlineMs);
  const two = await startReplica(deadlineMs);
  await expect
    .poll(() => [one, two].map(({ link }) => link.state().replicas), { timeout: 10_000 })
    .toEqual([2, 2]);
  return [one, two];
};

/** Asks both replicas in turn until `ms` are over, `inFlight` at once. Answers when each passed request was answered. */
const load = async (
  policy: LimitPolicy,
  key: string,
  ms: number,
  pair: readonly Replica[],
  inFlight = 8,
): Promise<number[]> => {
  const passed: number[] = [];
  const startedMs = performance.now();
  const client = async (first: number): Promise<void> => {
    for (let turn = first; performance.now() - startedMs < ms; turn += 1) {
      const replica = pair[turn % pair.length];
      if (replica === undefined) return;
      const { allowed } = await replica.limiter.check(policy, key);
      if (allowed) passed.push(performance.now() - startedMs);
      // Refusals come from memory and would never let the network be read.
      else await sleep(1);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, (_, first) => client(first)));
  return passed;
};

/** The limit's own promise for a stretch of time: the quota, and what came back meanwhile. */
const promised = (policy: LimitPolicy, ms: number): number =>
  policy.quota + (policy.quota * ms) / (policy.windowSeconds * 1000);

beforeEach(async () => {
  if (hasRedis()) redis = await startRedis();
});
afterEach(async () => {
  for (const { link } of replicas) await link.stop();
  replicas = [];
  await redis?.stop();
});

describe.skipIf(!hasRedis())('limits in a real Redis', () => {
  it('hold to within 1 % across two replicas', async () => {
    const pair = await startTwo();
    const policy = { name: 'exact', quota: 1000, windowSeconds: 10 };
    const startedMs = performance.now();
    const passed = await load(policy, 'client', 3000, pair);
    const most = promised(policy, performance.now() - startedMs);
    expect(passed.length).toBeLessThanOrEqual(most * 1.01);
    // What a busy machine had no time to ask for is still there.
    const until = performance.now() - startedMs;
    await sleep(50);
    let later = 0;
    while ((await pair[later % 2 === 0 ? 0 : 1].limiter.check(policy, 'client')).allowed) later += 1;
    expect(passed.length + later).toBeGreaterThanOrEqual(promised(policy, until) * 0.99);
  });

  it.each([
    ['is flushed', () => server().command('FLUSHALL')],
    ['is killed', () => server().kill()],
    ['is killed and comes back empty', () => server().restart()],
    [
      'stops answering and wakes up',
      async () => {
        server().pause();
        await sleep(700);
        server().resume();
      },
    ],
  ])('never loosen when Redis %s in mid-load', async (_what, hurt) => {
    const pair = await startTwo(250);
    const policy = { name: 'hurt', quota: 400, windowSeconds: 4 };
    const startedMs = performance.now();
    const running = load(policy, 'client', 4500, pair);
    await sleep(1200);
    await hurt();
    const passed = await running;
    // Answers that were on their way when the data went are all that may be counted twice: one per client under way.
    const slack = 8;
    expect(passed.length).toBeLessThanOrEqual(promised(policy, performance.now() - startedMs) * 1.01 + slack);
    for (const from of passed.filter((_, index) => index % 50 === 0)) {
      const window = passed.filter((at) => at >= from && at <= from + 1000).length;
      expect(window).toBeLessThanOrEqual(promised(policy, 1000) * 1.01 + slack);
    }
    expect(passed.some((at) => at > 2500)).toBe(true);
  });

  it('say that they are degraded while Redis is away, go on stricter, and come back by themselves', async () => {
    const [one] = await startTwo(250);
    const policy = { name: 'away', quota: 100, windowSeconds: 1 };
    await server().kill();
    await expect.poll(() => one.link.away(), { timeout: 10_000 }).toBe(true);
    await sleep(1100);
    const alone = await load(policy, 'client', 1000, [one]);
    expect(alone.length).toBeGreaterThan(20);
    expect(alone.length).toBeLessThanOrEqual(promised(policy, 1000) / 2 + 5);
    await server().restart();
    await expect.poll(() => one.link.away(), { timeout: 20_000 }).toBe(false);
    expect(one.link.state()).toMatchObject({ outages: 1, reason: undefined });
  });

  it('hand out no second quota when Redis comes back', async () => {
    const [one, two] = await startTwo();
    const policy = { name: 'return', quota: 100, windowSeconds: 600 };
    const startedMs = performance.now();
    const cameBack = (): number => promised(policy, performance.now() - startedMs) - policy.quota;
    let passed = 0;
    while ((await one.limiter.check(policy, 'client')).allowed) passed += 1;
    expect(passed).toBeGreaterThanOrEqual(100);
    expect(passed).toBeLessThanOrEqual(101 + cameBack());
    await server().restart();
    await expect.poll(() => one.link.away() || two.link.away(), { timeout: 20_000 }).toBe(false);
    passed += (await load(policy, 'client', 300, [one, two])).length;
    expect(passed).toBeLessThanOrEqual(101 + cameBack());
  });

  it('start without Redis, and find it later', async () => {
    await server().kill();
    const replica = await startReplica(250);
    const policy = { name: 'late', quota: 10, windowSeconds: 600 };
    expect((await load(policy, 'client', 100, [replica])).length).toBe(5);
    await server().restart();
    await expect.poll(() => replica.link.away(), { timeout: 20_000 }).toBe(false);
    expect((await load(policy, 'client', 100, [replica])).length).toBe(5);
  });

  it('take all policies of a request or none, in one round trip', async () => {
    const [one] = await startTwo();
    const wide = { name: 'wide', quota: 100, windowSeconds: 600 };
    const narrow = { name: 'narrow', quota: 1, windowSeconds: 600 };
    const both = [
      { policy: wide, key: 'client' },
      { policy: narrow, key: 'client' },
    ];
    expect((await one.limiter.checkAll(both)).allowed).toBe(true);
    const { allowed, decisions } = await one.limiter.checkAll(both);
    expect([allowed, decisions[0]?.remaining, decisions[1]?.allowed]).toEqual([false, 99, false]);
  });

  it('count keys of every length and spelling apart, and the same key the same on each replica', async () => {
    const [one, two] = await startTwo();
    const policy = { name: 'keys', quota: 1, windowSeconds: 600 };
    const keys = [
      '',
      ' ',
      '#',
      'a',
      'a\n',
      'ü',
      '\ud800',
      '\ud801',
      'k'.repeat(120),
      'k'.repeat(121),
      'k'.repeat(100_000),
    ];
    for (const key of keys) {
      expect((await one.limiter.check(policy, key)).allowed).toBe(true);
      expect((await two.limiter.check(policy, key)).allowed).toBe(false);
    }
  });

  it('reserve and settle budget across replicas, give expired holds back, and charge what was used beyond', async () => {
    const [one, two] = await startTwo();
    const budget = { name: 'tokens', quota: 1000, windowSeconds: 100_000 };
    const held = await one.limiter.reserve({ policy: budget, key: 'user', units: 900, ttlSeconds: 60 });
    expect(held.allowed).toBe(true);
    const second = { policy: budget, key: 'user', units: 200, ttlSeconds: 1 };
    expect((await two.limiter.reserve(second)).allowed).toBe(false);
    if (!held.allowed) return;
    await one.limiter.settle(held.reservation, 100);
    expect(await two.limiter.reserve(second)).toMatchObject({ allowed: true, decision: { remaining: 700 } });
    await sleep(1100);
    const third = await two.limiter.reserve({ ...second, ttlSeconds: 60 });
    expect(third).toMatchObject({ allowed: true, decision: { remaining: 700 } });
    if (!third.allowed) return;
    await two.limiter.settle(third.reservation, 1500);
    expect((await one.limiter.reserve({ ...second, units: 1 })).allowed).toBe(false);
  });

  it('work on with scripts that Redis has forgotten', async () => {
    const [one] = await startTwo();
    const policy = { name: 'scripts', quota: 10, windowSeconds: 600 };
    await one.limiter.check(policy, 'a');
    await server().command('SCRIPT FLUSH');
    expect(await one.limiter.check(policy, 'a')).toMatchObject({ allowed: true, remaining: 8 });
    expect(one.link.state().outages).toBe(0);
  });

  it('leave a server that takes no more writes, and come back when it does', async () => {
    const [one] = await startTwo(250);
    const policy = { name: 'failover', quota: 100, windowSeconds: 1 };
    await server().command('REPLICAOF 127.0.0.1 1');
    await expect
      .poll(() => one.link.state().reason ?? '', { timeout: 10_000 })
      .toMatch(/READONLY|LOADING|MASTERDOWN|not connected/);
    expect((await load(policy, 'client', 300, [one])).length).toBeLessThanOrEqual(60);
    await server().command('REPLICAOF NO ONE');
    await expect.poll(() => one.link.away(), { timeout: 20_000 }).toBe(false);
  });

  it('send what was settled during an outage when it is over', async () => {
    const [one, two] = await startTwo(250);
    const budget = { name: 'late-settle', quota: 1000, windowSeconds: 100_000 };
    const held = await one.limiter.reserve({ policy: budget, key: 'user', units: 900, ttlSeconds: 60 });
    if (!held.allowed) throw new Error('refused');
    server().pause();
    await expect.poll(() => one.link.away(), { timeout: 10_000 }).toBe(true);
    await one.limiter.settle(held.reservation, 100);
    server().resume();
    await expect.poll(() => one.link.away() || two.link.away(), { timeout: 20_000 }).toBe(false);
    await expect
      .poll(() => server().command('ZCARD {gpushield}:limits:holds:late-settle:user'), { timeout: 10_000 })
      .toBe(':0');
  });

  it('block a client on every replica, and lift the block everywhere', async () => {
    const [one, two] = await startTwo();
    const rule = { refusals: 2, windowSeconds: 60, blockSeconds: 300 };
    const [here, there] = [one, two].map(({ link }) =>
      createSharedBlocks(createBlocks(systemClock(), rule), link),
    );
    if (here === undefined || there === undefined) return;
    for (let refusal = 0; refusal < 3; refusal += 1) here.strike('address:192.0.2.1', 'anonymous');
    await expect.poll(() => there.secondsLeft('address:192.0.2.1'), { timeout: 10_000 }).toBeGreaterThan(290);
    expect(there.list()).toMatchObject([{ key: 'address:192.0.2.1', reason: 'anonymous' }]);
    await server().command('FLUSHALL');
    await expect
      .poll(() => server().command('EXISTS {gpushield}:limits:blocks'), { timeout: 10_000 })
      .toBe(':1');
    expect(await there.lift('address:192.0.2.1')).toBe(true);
    await expect.poll(() => here.secondsLeft('address:192.0.2.1'), { timeout: 10_000 }).toBe(0);
  });
});
