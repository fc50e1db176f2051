import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMemoryLimiter } from './limiter.ts';
import type { LimitPolicy } from './types.ts';

const movable = () => {
  let monotonic = 0;
  return { step: (ms: number) => void (monotonic += ms), nowMs: () => 0, monotonicMs: () => monotonic };
};

const steps = fc.array(
  fc.record({
    gapMs: fc.integer({ min: 0, max: 2000 }),
    units: fc.integer({ min: 0, max: 7 }),
    actual: fc.integer({ min: 0, max: 7 }),
  }),
  { maxLength: 150 },
);
const policies: fc.Arbitrary<LimitPolicy> = fc.record({
  name: fc.constant('test'),
  quota: fc.integer({ min: 1, max: 50 }),
  windowSeconds: fc.integer({ min: 1, max: 60 }),
});

describe('limits as a whole', () => {
  it('pass no more than quota and refill in any stretch of time, for any units', () => {
    fc.assert(
      fc.property(policies, steps, (policy, sequence) => {
        const clock = movable();
        const limiter = createMemoryLimiter(clock);
        const passed: { atMs: number; units: number }[] = [];
        for (const { gapMs, units } of sequence) {
          clock.step(gapMs);
          if (limiter.check(policy, 'a', units).allowed) passed.push({ atMs: clock.monotonicMs(), units });
        }
        for (const [index, { atMs: from }] of passed.entries()) {
          let sum = 0;
          for (const { atMs, units } of passed.slice(index)) {
            sum += units;
            const refill = ((atMs - from) * policy.quota) / (policy.windowSeconds * 1000);
            expect(sum).toBeLessThanOrEqual(policy.quota + refill + 1e-6);
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  it('keep their promise of Retry-After: who waits that long passes, for units that fit at all', () => {
    fc.assert(
      fc.property(policies, steps, (policy, sequence) => {
        const clock = movable();
        const limiter = createMemoryLimiter(clock);
        for (const { gapMs, units } of sequence) {
          clock.step(gapMs);
          const { allowed, retryAfterSeconds } = limiter.check(policy, 'a', units);
          if (allowed || units > policy.quota) continue;
          clock.step(retryAfterSeconds * 1000);
          expect(limiter.check(policy, 'a', units).allowed).toBe(true);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('count a billion tokens as exactly as ten requests', () => {
    const clock = movable();
    clock.step(1e9);
    const limiter = createMemoryLimiter(clock);
    const policy = { name: 'tokens', quota: 1e9, windowSeconds: 60 };
    let passed = 0;
    for (let index = 0; index < 11_000; index += 1) {
      if (limiter.check(policy, 'a', 99_999).allowed) passed += 99_999;
    }
    expect(passed).toBeGreaterThan(1e9 - 100_000);
    expect(passed).toBeLessThanOrEqual(1e9);
  });

  it('charge nothing when one of several policies refuses', () => {
    const limiter = createMemoryLimiter(movable());
    const wide = { name: 'wide', quota: 10, windowSeconds: 60 };
    const narrow = { name: 'narrow', quota: 1, windowSeconds: 60 };
    const both = [
      { policy: wide, key: 'a' },
      { policy: narrow, key: 'a' },
    ];
    expect(limiter.checkAll(both).allowed).toBe(true);
    for (let index = 0; index < 5; index += 1) expect(limiter.checkAll(both).allowed).toBe(false);
    expect(limiter.check(wide, 'a', 0).remaining).toBe(9);
  });

  it.each([-1, Number.NaN, Infinity])('refuse to count %d units', (units) => {
    const limiter = createMemoryLimiter(movable());
    expect(() => limiter.check({ name: 'a', quota: 1, windowSeconds: 1 }, 'a', units)).toThrow(RangeError);
  });

  it('keep ten thousand clients apart, and keys that only look alike', () => {
    const limiter = createMemoryLimiter(movable());
    const policy = { name: 'one', quota: 1, windowSeconds: 60 };
    const alike = [
      '',
      ' ',
      '#',
      'a\nb',
      'a b',
      '\ud800',
      '\ud801',
      '\ufffd',
      'k'.repeat(120),
      'k'.repeat(121),
    ];
    const keys = [...Array.from({ length: 10_000 }, (_, n) => `client-${String(n)}`), ...alike];
    for (const key of keys) expect(limiter.check(policy, key).allowed).toBe(true);
    for (const key of keys) expect(limiter.check(policy, key).allowed).toBe(false);
  });
});

describe('budgets', () => {
  const budget = { name: 'budget', quota: 100, windowSeconds: 1_000_000 };

  it('hold the most that work may use, and charge what it used', () => {
    const limiter = createMemoryLimiter(movable());
    const held = limiter.reserve({ policy: budget, key: 'a', units: 80, ttlSeconds: 60 });
    expect(limiter.reserve({ policy: budget, key: 'a', units: 30, ttlSeconds: 60 }).allowed).toBe(false);
    if (!held.allowed) throw new Error('refused');
    limiter.settle(held.reservation, 10);
    expect(limiter.check(budget, 'a', 0).remaining).toBe(90);
  });

  it('charge more than was held as a debt', () => {
    const limiter = createMemoryLimiter(movable());
    const held = limiter.reserve({ policy: budget, key: 'a', units: 10, ttlSeconds: 60 });
    if (!held.allowed) throw new Error('refused');
    limiter.settle(held.reservation, 150);
    expect(limiter.reserve({ policy: budget, key: 'a', units: 1, ttlSeconds: 60 }).allowed).toBe(false);
  });

  it('give expired holds back, however many longer ones were opened before, and charge a late settlement in full', () => {
    const clock = movable();
    const limiter = createMemoryLimiter(clock);
    for (let index = 0; index < 40; index += 1) {
      limiter.reserve({ policy: budget, key: 'a', units: 1, ttlSeconds: 1000 });
    }
    const short = limiter.reserve({ policy: budget, key: 'a', units: 60, ttlSeconds: 1 });
    if (!short.allowed) throw new Error('refused');
    clock.step(1001);
    for (let index = 0; index < 4; index += 1) {
      limiter.reserve({ policy: budget, key: 'other', units: 0, ttlSeconds: 1 });
    }
    expect(limiter.check(budget, 'a', 0).remaining).toBe(60);
    limiter.settle(short.reservation, 25);
    expect(limiter.check(budget, 'a', 0).remaining).toBe(35);
  });

  it('never give back more than was held, in any order of settling', () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        const clock = movable();
        const limiter = createMemoryLimiter(clock);
        let used = 0;
        for (const { gapMs, units, actual } of sequence) {
          clock.step(gapMs);
          const held = limiter.reserve({ policy: budget, key: 'a', units, ttlSeconds: 60 });
          if (!held.allowed) continue;
          limiter.settle(held.reservation, actual);
          used += actual;
          const leaked = (clock.monotonicMs() * budget.quota) / (budget.windowSeconds * 1000);
          expect(limiter.check(budget, 'a', 0).remaining).toBeLessThanOrEqual(
            Math.max(0, Math.ceil(budget.quota - used + leaked)),
          );
        }
      }),
      { numRuns: 50 },
    );
  });
});
