import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffMs, endingBefore, endingOf } from './decide.ts';
import { errorText } from './dead-letter.ts';

const policy = { maxAttempts: 3, firstMs: 1_000, longestMs: 60_000 };

describe('how a delivery ends', () => {
  it('is tried again with a pause that doubles at most, is never negative and never beyond the longest', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (attempt, r) => {
          const pauseMs = backoffMs(attempt, policy, () => r);
          expect(pauseMs).toBeGreaterThanOrEqual(0);
          expect(pauseMs).toBeLessThanOrEqual(Math.min(60_000, 1_000 * 2 ** Math.min(attempt - 1, 40)));
        },
      ),
    );
    expect([1, 2, 3, 7, 8].map((attempt) => backoffMs(attempt, policy, () => 1))).toEqual([
      1_000, 2_000, 4_000, 60_000, 60_000,
    ]);
  });

  it('is dead at the last attempt, and at once when the handler says that nothing helps', () => {
    const retry = { kind: 'retry', reason: 'away' } as const;
    expect(endingOf(retry, 2, policy, () => 0.5)).toEqual({ kind: 'retry', delayMs: 1_000, error: 'away' });
    expect(endingOf(retry, 3, policy, () => 0.5)).toEqual({
      kind: 'dead',
      cause: 'attempts_exhausted',
      error: 'away',
    });
    expect(endingOf({ kind: 'dead', reason: 'malformed' }, 1, policy, () => 0)).toEqual({
      kind: 'dead',
      cause: 'refused',
      error: 'malformed',
    });
  });

  it('honours the pause that a handler asks for, up to a week', () => {
    const asked = (delaySeconds: number) =>
      endingOf({ kind: 'retry', reason: 'later', delaySeconds }, 1, policy, () => 0);
    expect(asked(90)).toMatchObject({ delayMs: 90_000 });
    expect(asked(-5)).toMatchObject({ delayMs: 0 });
    expect(asked(1e12)).toMatchObject({ delayMs: 7 * 24 * 3_600_000 });
  });

  it('gives a message that used up its attempts without an answer to no further handler', () => {
    expect(endingBefore(3, policy)).toBeUndefined();
    expect(endingBefore(4, policy)).toMatchObject({ kind: 'dead', cause: 'no_answer' });
  });

  it('keeps of an error what jsonb can hold, within bounds', () => {
    expect(errorText(new Error('a\0b'))).toBe('ab');
    expect(errorText('x'.repeat(10_000))).toHaveLength(2_000);
    expect(errorText(`${'x'.repeat(1_999)}\u{1F600}`).isWellFormed()).toBe(true);
  });
});
