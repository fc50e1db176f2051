import { describe, expect, it } from 'vitest';
import { knownLevel, localShare, type Known } from './insurance.ts';
import type { Outage } from './outages.ts';

const policy = { name: 'test', quota: 100, windowSeconds: 10 };
const running: Outage = { era: 1, fromMs: 1000, toMs: undefined, replicas: 2, othersCut: true };
const over: Outage = { ...running, toMs: 20_000 };

describe('the insurance', () => {
  it('gives replicas together no more than the whole', () => {
    for (const replicas of [1, 2, 3, 7]) {
      expect(localShare(policy, replicas).quota * replicas).toBeCloseTo(policy.quota, 9);
    }
  });

  it('starts every counter full when the shared one goes, whatever was known of it', () => {
    const before: Known = { level: 3, atMs: 999, era: 0, local: false };
    for (const known of [undefined, before]) {
      expect(knownLevel(policy, known, running, 1000)).toBe(50);
      expect(knownLevel(policy, known, running, 6000)).toBe(25);
      expect(knownLevel(policy, known, running, 11_000)).toBe(0);
    }
  });

  it('starts empty before the first connection: nothing was used here, and the others still count', () => {
    const starting: Outage = { ...running, era: 0, othersCut: false };
    expect(knownLevel(policy, undefined, starting, 1000)).toBe(0);
    expect(knownLevel(policy, undefined, { ...starting, toMs: 2000 }, 2000)).toBe(0);
  });

  it('counts after an outage what the others may have used of their part', () => {
    const mine: Known = { level: 30, atMs: 20_000, era: 1, local: true };
    expect(knownLevel(policy, mine, over, 20_000)).toBe(80);
    expect(knownLevel(policy, undefined, over, 20_000)).toBe(50);
    expect(knownLevel(policy, undefined, over, 25_000)).toBe(0);
  });

  it('remembers what Redis last said, leaking', () => {
    const said: Known = { level: 40, atMs: 21_000, era: 1, local: false };
    expect(knownLevel(policy, said, over, 23_000)).toBe(20);
  });
});
