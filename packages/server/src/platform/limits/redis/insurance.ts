import { drained, type Bucket } from '../bucket.ts';
import type { LimitPolicy } from '../types.ts';
import type { Outage } from './outages.ts';

/** What this process knows of one counter. */
export interface Known extends Bucket {
  /** Outages that had begun when it was learnt. */
  readonly era: number;
  /** Counted by this process alone, during the outage of that era. */
  readonly local: boolean;
}

/** This replica's part of a policy while each counts for itself: together they stay within the whole. */
export const localShare = (policy: LimitPolicy, replicas: number): LimitPolicy =>
  replicas <= 1 ? policy : { ...policy, quota: policy.quota / replicas };

/**
 * The level of this replica's share during an outage. What the other replicas had taken by then is unknown here, so
 * every counter starts full, and leaks from there: for a moment each client waits, and nobody gets more than the limit.
 */
const localLevel = (policy: LimitPolicy, known: Known | undefined, outage: Outage, nowMs: number): number => {
  const share = localShare(policy, outage.replicas);
  if (known?.era === outage.era && known.local) return drained(share, known.level, nowMs - known.atMs);
  return outage.othersCut ? drained(share, share.quota, nowMs - outage.fromMs) : 0;
};

/**
 * The least that a counter must stand at now, by what this process knows.
 * During an outage: the level of its own share. Afterwards: what it used itself, and what the others may have used of
 * theirs meanwhile, leaking since the end, so that a Redis that came back empty gives no second quota. Otherwise: what
 * Redis last said, leaking since it was asked: a Redis that lost its data is told again.
 */
export const knownLevel = (
  policy: LimitPolicy,
  known: Known | undefined,
  outage: Outage,
  nowMs: number,
): number => {
  if (outage.toMs === undefined) return localLevel(policy, known, outage, nowMs);
  if (known?.era === outage.era && !known.local) return drained(policy, known.level, nowMs - known.atMs);
  const mine = localLevel(policy, known, outage, outage.toMs);
  const others = outage.othersCut ? policy.quota - localShare(policy, outage.replicas).quota : 0;
  return drained(policy, mine + others, nowMs - outage.toMs);
};
