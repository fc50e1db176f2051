/** So many units in so many seconds; the whole quota may come at once. */
export interface LimitPolicy {
  /** What counters and headers are named by: a short word of lower-case letters and hyphens, of a closed set. */
  readonly name: string;
  readonly quota: number;
  readonly windowSeconds: number;
}

export interface LimitDecision {
  readonly allowed: boolean;
  /** Units left now. */
  readonly remaining: number;
  /** Seconds until the whole quota is back. */
  readonly resetSeconds: number;
  /** Seconds until this request would pass; 0 when it passed. */
  readonly retryAfterSeconds: number;
}

/** Units that are asked of one policy for one client. `units` is 1 unless said; 0 asks and takes nothing. */
export interface LimitDemand {
  readonly policy: LimitPolicy;
  readonly key: string;
  readonly units?: number;
}

/** All or nothing: where one policy refuses, none is charged. Decisions stand in the order of the demands. */
export interface LimitVerdict {
  readonly allowed: boolean;
  readonly decisions: readonly LimitDecision[];
}

/** Budget that is held until it is settled, or until it expires and goes back. */
export interface Reservation {
  readonly id: string;
  readonly policy: LimitPolicy;
  readonly key: string;
  readonly units: number;
  /** Counted in the shared counters, or by this process alone while they were away. */
  readonly place: 'shared' | 'local';
}

export type ReserveResult =
  | { readonly allowed: true; readonly decision: LimitDecision; readonly reservation: Reservation }
  | { readonly allowed: false; readonly decision: LimitDecision };

export interface ReserveRequest {
  readonly policy: LimitPolicy;
  readonly key: string;
  /** The most that the work may use. */
  readonly units: number;
  /** A hold that nobody settles goes back after this: longer than the work's own deadline. */
  readonly ttlSeconds: number;
}

/** At once where the counters are in memory, later where they are in Redis. */
export type Soon<T> = T | Promise<T>;

/**
 * The one limiter. Keys may be any text of any length. A policy is used either with `check` or with `reserve`, not with
 * both. Nothing here rejects because counters are away: then stricter local ones decide. Units that are negative or
 * not finite are a broken invariant and throw `RangeError`.
 */
export interface Limiter {
  /** Takes `units` (1) of one policy, unless that exceeds it. */
  check(policy: LimitPolicy, key: string, units?: number): Soon<LimitDecision>;
  /** Takes several at once, or none of them. */
  checkAll(demands: readonly LimitDemand[]): Soon<LimitVerdict>;
  /** Holds the most that some work may use, before it starts. */
  reserve(request: ReserveRequest): Soon<ReserveResult>;
  /**
   * Charges what the work used and gives the rest back. More than was held is charged too and becomes a debt. After
   * the hold has expired the whole of `actualUnits` is charged. Settle each reservation once.
   */
  settle(reservation: Reservation, actualUnits: number): Soon<void>;
}

/** A limiter whose answers are there at once. */
export interface SyncLimiter extends Limiter {
  check(policy: LimitPolicy, key: string, units?: number): LimitDecision;
  checkAll(demands: readonly LimitDemand[]): LimitVerdict;
  reserve(request: ReserveRequest): ReserveResult;
  settle(reservation: Reservation, actualUnits: number): void;
}
