import type { Clock } from '../clock.ts';
import { checkUnits, decide, fits, levelAt, type Bucket } from './bucket.ts';
import { createHolds } from './holds.ts';
import { createLruTable } from './lru-table.ts';
import type { LimitDemand, LimitVerdict, SyncLimiter } from './types.ts';

export type { LimitDecision, LimitPolicy, Limiter } from './types.ts';

/**
 * Limits in memory, on the monotonic clock, so that a stepped wall clock neither frees nor locks anyone. A refused
 * request costs nothing, so a client that waits as told passes.
 */
export const createMemoryLimiter = (clock: Clock): SyncLimiter => {
  const buckets = createLruTable<Bucket>();
  const holds = createHolds(clock, (policy, key, units) => {
    const nowMs = clock.monotonicMs();
    const level = levelAt(policy, buckets.get(policy, key), nowMs);
    buckets.set(policy, key, { level: Math.max(0, level + units), atMs: nowMs });
  });

  const check: SyncLimiter['check'] = (policy, key, units = 1) => {
    checkUnits(units);
    const nowMs = clock.monotonicMs();
    const level = levelAt(policy, buckets.get(policy, key), nowMs);
    const allowed = fits(policy, level, units);
    if (allowed && units > 0) buckets.set(policy, key, { level: level + units, atMs: nowMs });
    return decide(policy, level, units, allowed);
  };

  const checkAll = (demands: readonly LimitDemand[]): LimitVerdict => {
    const nowMs = clock.monotonicMs();
    const asked = demands.map(({ policy, key, units = 1 }) => {
      checkUnits(units);
      const level = levelAt(policy, buckets.get(policy, key), nowMs);
      return { policy, key, units, level, fits: fits(policy, level, units) };
    });
    const allowed = asked.every((one) => one.fits);
    for (const { policy, key, units, level } of asked) {
      if (allowed && units > 0) buckets.set(policy, key, { level: level + units, atMs: nowMs });
    }
    return {
      allowed,
      decisions: asked.map((one) =>
        one.fits && !allowed
          ? decide(one.policy, one.level, 0, true)
          : decide(one.policy, one.level, one.units, one.fits),
      ),
    };
  };

  return {
    check,
    checkAll,
    reserve: ({ policy, key, units, ttlSeconds }) => {
      holds.expire();
      const decision = check(policy, key, units);
      if (!decision.allowed) return { allowed: false, decision };
      return { allowed: true, decision, reservation: holds.open({ policy, key, units, ttlSeconds }) };
    },
    settle: (reservation, actualUnits) => {
      checkUnits(actualUnits);
      holds.close(reservation, actualUnits);
    },
  };
};
