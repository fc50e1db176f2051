/*
 * What one look at a limit costs: in memory, with 100,000 clients, and in a real Redis on loopback, one request after
 * another and with 64 under way, beside a bare PING over the same connection. `node bench/limiter.ts`. Targets: < 5 µs in
 * memory, p99 < 1 ms in Redis. Needs Debian's package `redis-server`; without it only memory is measured.
 */
import { randomUUID } from 'node:crypto';
import { createClient } from '@redis/client';
import { pino } from 'pino';
import { systemClock } from '../packages/server/src/platform/clock.ts';
import { createMemoryLimiter } from '../packages/server/src/platform/limits/limiter.ts';
import { createRedisLimiter } from '../packages/server/src/platform/limits/redis/limiter.ts';
import { createRedisLink } from '../packages/server/src/platform/limits/redis/link.ts';
import { hasRedis, startRedis } from '../tests/conformance/redis-server.ts';
import { describeMachine } from './support/machine.ts';
import { report, type Figure } from './support/result.ts';
import { latencyOf, median, type Latency } from './support/statistics.ts';
import { ms, whole } from './support/table.ts';

const clients = 100_000;
const memoryRounds = 5;
const redisCalls = 20_000;
const warmUpCalls = 2_000;
const policy = { name: 'bench', quota: 1_000_000, windowSeconds: 60 };
const keys = Array.from({ length: clients }, (_, n) => `${10 + (n >> 16)}.${(n >> 8) & 255}.${n & 255}.1`);

/** Microseconds a check, each round over all clients. */
const inMemory = (): readonly number[] => {
  const limiter = createMemoryLimiter(systemClock());
  return Array.from({ length: memoryRounds }, () => {
    const startedMs = performance.now();
    for (const key of keys) limiter.check(policy, key);
    return ((performance.now() - startedMs) * 1000) / clients;
  });
};

/** Each call's time, `width` of them under way at once. */
const timed = async (
  calls: number,
  width: number,
  work: (n: number) => Promise<unknown>,
): Promise<Latency> => {
  const tookMs: number[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < calls) {
      const n = next;
      next += 1;
      const startedMs = performance.now();
      await work(n);
      tookMs.push(performance.now() - startedMs);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return latencyOf(tookMs);
};

const inRedis = async (): Promise<readonly (readonly [string, Latency])[]> => {
  const redis = await startRedis();
  const clock = systemClock();
  const link = createRedisLink({
    url: redis.url,
    clock,
    log: pino({ level: 'silent' }),
    replicaId: randomUUID(),
    assumedReplicas: 1,
    deadlineMs: 5000,
    random: Math.random,
  });
  const bare = createClient({ url: redis.url });
  try {
    await link.start();
    await bare.connect();
    const limiter = createRedisLimiter({ link, clock, newId: randomUUID });
    const check = async (n: number): Promise<unknown> => limiter.check(policy, keys[n % clients] ?? '');
    const two = async (n: number): Promise<unknown> => {
      const key = keys[n % clients] ?? '';
      return limiter.checkAll([
        { policy, key },
        { policy: { ...policy, name: 'other' }, key },
      ]);
    };
    await timed(warmUpCalls, 1, check);
    const rows = [
      ['PING alone, one at a time', await timed(redisCalls, 1, () => bare.ping())],
      ['one policy, one at a time', await timed(redisCalls, 1, check)],
      ['two policies, one at a time', await timed(redisCalls, 1, two)],
      ['one policy, 64 under way', await timed(redisCalls, 64, check)],
    ] as const;
    if (link.state().outages > 0) throw new Error('Redis was away during the run: nothing was measured');
    return rows;
  } finally {
    bare.destroy();
    await link.stop();
    await redis.stop();
  }
};

const machine = describeMachine();
const memoryUs = inMemory();
const shared = hasRedis() ? await inRedis() : [];
const alone = shared.find(([name]) => name === 'one policy, one at a time')?.[1];
const figures: Figure[] = [
  {
    name: 'Limiter check in memory',
    target: '< 5 µs',
    measured: `${median(memoryUs).toFixed(2)} µs`,
    met: median(memoryUs) < 5,
  },
  {
    name: 'Limiter check in Redis, p99',
    target: '< 1 ms',
    measured: alone === undefined ? 'not measured: no redis-server' : ms(alone.p99Ms),
    met: alone !== undefined && alone.p99Ms < 1,
  },
];
report({
  bench: 'limiter',
  machine,
  figures,
  tables: [
    {
      title: `In memory, ${whole(clients)} clients`,
      columns: ['round', 'µs a check'],
      rows: memoryUs.map((us, round) => [`round ${round + 1}`, us.toFixed(2)]),
    },
    {
      title: 'In Redis on loopback',
      columns: ['', 'calls', 'p50', 'p90', 'p99', 'max'],
      rows: shared.map(([name, { count, p50Ms, p90Ms, p99Ms, maxMs }]) => [
        name,
        whole(count),
        ms(p50Ms),
        ms(p90Ms),
        ms(p99Ms),
        ms(maxMs),
      ]),
    },
  ],
  notes: [
    'Redis ran on the same machine, without persistence; bench, client and Redis shared its cores.',
    'Each call in Redis is one EVALSHA: all policies of a request are checked and charged in it.',
  ],
});
