import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';

export interface ReplayCache {
  /** False when `id` was seen before its time ran out. Errors: `overloaded` when no more can be remembered. */
  firstSeen(id: string, untilMs: number): boolean;
  size(): number;
}

/** 1,600 signed requests a second for as long as each is remembered; about 100 bytes each. */
const maxRemembered = 500_000;

/** Entries are forgotten a bucket at a time: no timer, and no walk over what is still good. */
const bucketMs = 30_000;

/**
 * Remembers what was used, in this process, until it could not be used any more. Full, it refuses: forgetting early
 * would be what an attacker wants, and only correctly signed requests get in at all.
 */
export const createReplayCache = (clock: Clock, capacity = maxRemembered): ReplayCache => {
  const buckets = new Map<number, Set<string>>();
  let remembered = 0;

  const forgetOld = (nowMs: number): void => {
    for (const [bucket, ids] of buckets) {
      if ((bucket + 1) * bucketMs > nowMs) continue;
      buckets.delete(bucket);
      remembered -= ids.size;
    }
  };

  return {
    firstSeen: (id, untilMs) => {
      forgetOld(clock.nowMs());
      for (const ids of buckets.values()) if (ids.has(id)) return false;
      if (remembered >= capacity) {
        throw new AppError('overloaded', { detail: 'Too many signed requests', retryAfterSeconds: 1 });
      }
      const bucket = Math.floor(untilMs / bucketMs);
      const ids = buckets.get(bucket) ?? new Set<string>();
      buckets.set(bucket, ids.add(id));
      remembered += 1;
      return true;
    },
    size: () => remembered,
  };
};
