import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMemoryLimiter } from './limiter.ts';

const policy = { name: 'test', quota: 5, windowSeconds: 10 };
const steppable = () => {
  let monotonic = 0;
  return {
    step: (ms: number) => {
      monotonic += ms;
    },
    nowMs: () => 0,
    monotonicMs: () => monotonic,
  };
};

describe('the limiter', () => {
  it('never lets more than the quota and its refill through, however requests are spread', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3000 }), { maxLength: 200 }), (gaps) => {
        const clock = steppable();
        const limiter = createMemoryLimiter(clock);
        let passed = 0;
        for (const gap of gaps) {
          clock.step(gap);
          if (limiter.check(policy, 'a').allowed) passed += 1;
        }
        expect(passed).toBeLessThanOrEqual(
          policy.quota + Math.floor((clock.monotonicMs() / 10_000) * policy.quota) + 1,
        );
      }),
    );
  });

  it('lets a client pass that waits as long as it was told', () => {
    const clock = steppable();
    const limiter = createMemoryLimiter(clock);
    for (let index = 0; index < 5; index += 1) expect(limiter.check(policy, 'a').allowed).toBe(true);
    const refused = limiter.check(policy, 'a');
    expect(refused.allowed).toBe(false);
    clock.step(refused.retryAfterSeconds * 1000);
    expect(limiter.check(policy, 'a').allowed).toBe(true);
  });

  it('keeps keys and policies apart, and asking with zero units costs nothing', () => {
    const limiter = createMemoryLimiter(steppable());
    for (let index = 0; index < 9; index += 1) limiter.check(policy, 'a');
    expect(limiter.check(policy, 'b').allowed).toBe(true);
    expect(limiter.check({ ...policy, name: 'other' }, 'a').allowed).toBe(true);
    const asked = limiter.check(policy, 'c', 0);
    expect(asked.remaining).toBe(5);
    expect(limiter.check(policy, 'a', 0).remaining).toBe(0);
  });
});
