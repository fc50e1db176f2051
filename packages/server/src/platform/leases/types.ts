import type { Tx } from '../database/types.ts';

/** Periodic work that runs once in a cluster. */
export interface PeriodicTask {
  readonly name: string;
  readonly intervalMs: number;
  /** One run; ends within the lease or is aborted by `signal`. */
  run(signal: AbortSignal): Promise<void>;
}

export interface Scheduler {
  start(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Something that only one holder in the cluster has at a time. It is renewed in the background until it is released or
 * lost; whoever works under it ends when `signal` aborts.
 */
export interface Lease {
  readonly name: string;
  /** Rises with every holder of this lease. What the lease protects refuses writes with an older one. */
  readonly token: number;
  /** Aborts when the lease is lost or released. */
  readonly signal: AbortSignal;
  /** False from shortly before another could have it, by this process's monotonic clock. Costs nothing: ask often. */
  isHeld(): boolean;
  /**
   * Throws `LeaseLost` unless the lease is held until `tx` has committed: nobody else can acquire it meanwhile.
   * For short transactions: the lease is not renewed while one is open.
   */
  guard(tx: Tx): Promise<void>;
  /** Lets others have it at once. Never throws. */
  release(): Promise<void>;
}

export interface Leases {
  /** One attempt: the lease, or undefined where another holds it. Errors: `DatabaseUnavailable`. */
  acquire(name: string, options?: { readonly ttlMs?: number }): Promise<Lease | undefined>;
}

export interface Election {
  start(): Promise<void>;
  /** Ends leading, waits for the work to end, and lets another lead. */
  stop(): Promise<void>;
  isLeader(): boolean;
}
