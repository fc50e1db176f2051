import type { Clock } from '../clock.ts';
import type { Delivery } from './store.ts';

/** One delivery that this worker has. Its visibility ends at `untilMs` of the monotonic clock, at the latest. */
export interface Held extends Delivery {
  readonly abort: AbortController;
  untilMs: number;
}

/** Why a delivery's signal aborts. */
export type AbortReason = 'visibility_lost' | 'worker_stops' | 'ran_too_long';

export interface Holding {
  readonly size: number;
  add(delivery: Delivery, untilMs: number): Held;
  /** False when it was lost or given back meanwhile: its end must not be written. */
  has(held: Held): boolean;
  drop(held: Held): void;
  all(): readonly Held[];
  /** Those whose visibility cannot be relied on any more; they are dropped and their handlers aborted. */
  expire(marginMs: number): readonly Held[];
  lose(held: Held, reason: AbortReason): void;
}

/** Most handlers never look at their signal, and a controller for each message costs more than all else here. */
const heldOf = (id: string, readCount: number, untilMs: number): Held => {
  let abort: AbortController | undefined;
  return {
    id,
    readCount,
    untilMs,
    get abort() {
      return (abort ??= new AbortController());
    },
  };
};

/** What a worker holds, by PostgreSQL's word and this process's monotonic clock: wall clocks may step as they like. */
export const createHolding = (clock: Clock): Holding => {
  const byId = new Map<string, Held>();
  const has = (held: Held) => byId.get(held.id) === held;
  const drop = (held: Held) => {
    if (has(held)) byId.delete(held.id);
  };
  const lose = (held: Held, reason: AbortReason) => {
    drop(held);
    held.abort.abort(new Error(reason));
  };
  return {
    get size() {
      return byId.size;
    },
    add: ({ id, readCount }, untilMs) => {
      const held = heldOf(id, readCount, untilMs);
      // The same message again means that the delivery before was lost without our noticing.
      byId.get(id)?.abort.abort(new Error('visibility_lost'));
      byId.set(id, held);
      return held;
    },
    has,
    drop,
    lose,
    all: () => [...byId.values()],
    expire: (marginMs) => {
      const latestMs = clock.monotonicMs() + marginMs;
      const expired = [...byId.values()].filter(({ untilMs }) => untilMs <= latestMs);
      for (const held of expired) lose(held, 'visibility_lost');
      return expired;
    },
  };
};
