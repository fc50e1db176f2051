import type { LimitDecision, LimitPolicy } from './types.ts';

/**
 * One client's counter: units used as of a time, which leak away at `quota / window`. This is GCRA with the theoretical
 * arrival time written as a level, since `arrival = at + level × window / quota`: a level keeps its precision for
 * quotas of a billion tokens, where an arrival time in microseconds would round whole units away.
 */
export interface Bucket {
  readonly level: number;
  readonly atMs: number;
}

/** Rounding of a long run of additions must not refuse the last unit of a quota. */
const tolerance = 1e-9;

/** Units still counted `elapsedMs` later. A clock that went back leaks nothing. */
export const drained = (policy: LimitPolicy, level: number, elapsedMs: number): number =>
  Math.max(0, level - (Math.max(0, elapsedMs) * policy.quota) / (policy.windowSeconds * 1000));

export const levelAt = (policy: LimitPolicy, bucket: Bucket | undefined, nowMs: number): number =>
  bucket === undefined ? 0 : drained(policy, bucket.level, nowMs - bucket.atMs);

export const fits = (policy: LimitPolicy, level: number, units: number): boolean =>
  level + units <= policy.quota * (1 + tolerance);

/** What to tell a client whose counter stood at `level` before `units` were asked. */
export const decide = (
  policy: LimitPolicy,
  level: number,
  units: number,
  allowed: boolean,
): LimitDecision => {
  const { quota, windowSeconds } = policy;
  const after = allowed ? level + units : level;
  const secondsPerUnit = windowSeconds / quota;
  return {
    allowed,
    remaining: Math.max(0, Math.floor(quota * (1 + tolerance) - after)),
    resetSeconds: Math.ceil(after * secondsPerUnit),
    retryAfterSeconds: allowed ? 0 : Math.max(1, Math.ceil((level + units - quota) * secondsPerUnit)),
  };
};

/** Throws `RangeError` for units that no caller may ask: counters would be poisoned by them. */
export const checkUnits = (units: number): void => {
  if (!(units >= 0 && units < Number.MAX_SAFE_INTEGER)) {
    throw new RangeError(`Units of a limit must be finite and not negative: ${String(units)}`);
  }
};
