import type { Clock } from '../../clock.ts';

/** A time without shared counters, on this process's monotonic clock. */
export interface Outage {
  /** Counts outages: what was known before a later one no longer holds. */
  readonly era: number;
  readonly fromMs: number;
  /** Undefined while it lasts. */
  readonly toMs: number | undefined;
  /** Replicas that share the quota meanwhile. */
  readonly replicas: number;
  /** False for the time before the first connection: this process has used nothing yet, and the others still count. */
  readonly othersCut: boolean;
}

export interface Outages {
  /** The running outage, or the last one. */
  last(): Outage;
  away(): boolean;
  /** False if it was away already. */
  begin(replicas: number): boolean;
  end(): void;
}

/** Starts away: nothing is connected yet. */
export const createOutages = (clock: Clock, replicas: number): Outages => {
  let last: Outage = { era: 0, fromMs: clock.monotonicMs(), toMs: undefined, replicas, othersCut: false };
  return {
    last: () => last,
    away: () => last.toMs === undefined,
    begin: (count) => {
      if (last.toMs === undefined) return false;
      last = {
        era: last.era + 1,
        fromMs: clock.monotonicMs(),
        toMs: undefined,
        replicas: count,
        othersCut: true,
      };
      return true;
    },
    end: () => {
      last = { ...last, toMs: clock.monotonicMs() };
    },
  };
};
