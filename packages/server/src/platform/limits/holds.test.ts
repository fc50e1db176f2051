import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHolds } from './holds.ts';
import type { LimitPolicy, Reservation } from './types.ts';

const policy: LimitPolicy = { name: 'tokens', quota: 1_000_000, windowSeconds: 60 };

/** The counters and the clock that holds work on. */
const bench = () => {
  let nowMs = 0;
  let level = 0;
  const holds = createHolds({ nowMs: () => nowMs, monotonicMs: () => nowMs }, (_policy, _key, units) => {
    level += units;
  });
  return {
    holds,
    open: (units: number, ttlSeconds: number): Reservation => {
      level += units;
      return holds.open({ policy, key: 'ann', units, ttlSeconds });
    },
    pass: (ms: number) => (nowMs += ms),
    now: () => nowMs,
    level: () => level,
  };
};

describe('what is held and never settled', () => {
  it('goes back when its time is over, whichever order things were opened, settled and looked at in', () => {
    const step = fc.oneof(
      fc.record({ open: fc.integer({ min: 1, max: 90 }) }),
      fc.record({ close: fc.nat() }),
      fc.record({ pass: fc.integer({ min: 1, max: 40_000 }) }),
      fc.constant({ look: true }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const { holds, open, pass, now, level } = bench();
        const opened: { reservation: Reservation; endsMs: number; closed: boolean }[] = [];
        for (const one of steps) {
          if ('open' in one)
            opened.push({ reservation: open(1, one.open), endsMs: now() + one.open * 1000, closed: false });
          else if ('pass' in one) pass(one.pass);
          else if ('look' in one) holds.expire();
          else {
            // Only what has not ended: what a late settlement means is not looked at here.
            const live = opened.filter(({ closed, endsMs }) => !closed && endsMs > now());
            const chosen = live[one.close % Math.max(1, live.length)];
            if (chosen === undefined) continue;
            chosen.closed = true;
            holds.close(chosen.reservation, 0);
          }
        }
        // Twice round, sixteen at a time.
        for (let call = 0; call <= opened.length / 8 + 2; call += 1) holds.expire();
        expect(level()).toBe(opened.filter(({ closed, endsMs }) => !closed && endsMs > now()).length);
      }),
    );
  });

  it('is found also behind many that live longer', () => {
    const { holds, open, pass, level } = bench();
    for (let index = 0; index < 500; index += 1) open(1, 3600);
    open(7, 1);
    pass(1001);
    for (let call = 0; call < 40; call += 1) holds.expire();
    expect(level()).toBe(500);
    open(7, 1);
    pass(1001);
    for (let call = 0; call < 80; call += 1) holds.expire();
    expect(level()).toBe(500);
  });
});
