import type { Clock } from '../clock.ts';
import { admitThrough, closedCircuit, settleCircuit, type Circuit, type CircuitOutcome } from './circuit.ts';
import { heldMaxOf, mayTakePlace } from './share.ts';

/** What is known of one endpoint while its messages are under way. Lost with the process, and learnt anew. */
interface Lane {
  held: number;
  circuit: Circuit;
  /** Typical time to answer: an exponential average. */
  typicalMs: number | undefined;
  /** When the next message that finds no place is asked to come back. */
  nextTurnAtMs: number;
  /** GCRA's theoretical arrival time, for endpoints with a rate limit. */
  arrivalAtMs: number;
}

/** One delivery's place in its endpoint's lane. */
export interface Place {
  /** Milliseconds to wait before the endpoint's rate limit allows one more; 0 takes it. */
  pace(perSecond: number | null): number;
  /** Ends it; only the first call counts. `durationMs` is the exchange's. */
  leave(outcome: CircuitOutcome, durationMs?: number): void;
}

export type Entry =
  | { readonly kind: 'go'; readonly place: Place }
  | { readonly kind: 'later'; readonly delayMs: number; readonly reason: 'busy' | 'resting' };

export interface Lanes {
  enter(endpointId: string): Entry;
}

const averageWeight = 0.2;
const shortestDelayMs = 200;
/** Longest time until a message that found no place looks again: bounds how late a recovery is noticed. */
const longestDelayMs = 300_000;
/** Bursts of a rate-limited endpoint: what it may get in a second. */
const burstMs = 1_000;
/** Endpoints that are remembered while nothing of theirs is under way. */
const rememberedMax = 20_000;

/**
 * Endpoints apart from each other: each has bounded places, a circuit, and a schedule for those that found no place.
 * They come back at the rate at which the endpoint works, so a backlog of any length waits in the queue and is read
 * about once more, and does not stand in the way of others.
 */
export const createLanes = ({
  clock,
  random,
  places,
}: {
  readonly clock: Clock;
  readonly random: () => number;
  /** Deliveries under way at once, of all endpoints together. */
  readonly places: number;
}): Lanes => {
  const lanes = new Map<string, Lane>();
  let used = 0;

  const laneOf = (id: string): Lane => {
    const known = lanes.get(id);
    if (known !== undefined) return known;
    const lane: Lane = {
      held: 0,
      circuit: closedCircuit,
      typicalMs: undefined,
      nextTurnAtMs: 0,
      arrivalAtMs: 0,
    };
    lanes.set(id, lane);
    if (lanes.size > rememberedMax) forgetOldestIdle(lanes);
    return lane;
  };

  const later = (lane: Lane, waitMs: number, reason: 'busy' | 'resting'): Entry => {
    const everyMs = (lane.typicalMs ?? shortestDelayMs) / heldMaxOf(lane.typicalMs);
    const delayMs = turn(lane, { waitMs: waitMs + shortestDelayMs, everyMs }, clock.monotonicMs(), random);
    return { kind: 'later', delayMs, reason };
  };

  return {
    enter: (endpointId) => {
      const lane = laneOf(endpointId);
      const admission = admitThrough(lane.circuit, clock.monotonicMs());
      if (admission.kind === 'wait') return later(lane, admission.waitMs, 'resting');
      if (!mayTakePlace(lane.held, places - used, heldMaxOf(lane.typicalMs))) return later(lane, 0, 'busy');
      lane.circuit = admission.circuit;
      lane.held += 1;
      used += 1;
      const onLeave = (): void => {
        used -= 1;
      };
      return { kind: 'go', place: placeIn(lane, { clock, random, onLeave }) };
    },
  };
};

const placeIn = (
  lane: Lane,
  {
    clock,
    random,
    onLeave,
  }: { readonly clock: Clock; readonly random: () => number; readonly onLeave: () => void },
): Place => {
  let left = false;
  return {
    pace: (perSecond) => {
      if (perSecond === null) return 0;
      const nowMs = clock.monotonicMs();
      const waitMs = pace(lane, perSecond, nowMs);
      return waitMs === 0 ? 0 : turn(lane, { waitMs, everyMs: 1000 / perSecond }, nowMs, random);
    },
    leave: (outcome, durationMs) => {
      if (left) return;
      left = true;
      lane.held -= 1;
      onLeave();
      lane.circuit = settleCircuit(lane.circuit, outcome, clock.monotonicMs());
      if (durationMs !== undefined) lane.typicalMs = averaged(lane.typicalMs, durationMs);
    },
  };
};

const averaged = (before: number | undefined, durationMs: number): number =>
  before === undefined ? durationMs : before + averageWeight * (durationMs - before);

/** Milliseconds until the next free turn that is at least `waitMs` away; turns are `everyMs` apart. */
const turn = (
  lane: Lane,
  { waitMs, everyMs }: { readonly waitMs: number; readonly everyMs: number },
  nowMs: number,
  random: () => number,
): number => {
  const atMs = Math.max(nowMs + waitMs, lane.nextTurnAtMs);
  const latestMs = nowMs + longestDelayMs;
  lane.nextTurnAtMs = Math.min(atMs + everyMs, latestMs);
  // Those beyond the horizon spread over its second half.
  return atMs < latestMs ? atMs - nowMs : longestDelayMs * (0.5 + 0.5 * random());
};

/** GCRA: takes one and answers 0, or takes none and answers how long to wait. */
const pace = (lane: Lane, perSecond: number, nowMs: number): number => {
  const everyMs = 1000 / perSecond;
  const arrivalAtMs = Math.max(lane.arrivalAtMs, nowMs) + everyMs;
  const waitMs = arrivalAtMs - nowMs - Math.max(burstMs, everyMs);
  if (waitMs > 0) return waitMs;
  lane.arrivalAtMs = arrivalAtMs;
  return 0;
};

const forgetOldestIdle = (lanes: Map<string, Lane>): void => {
  for (const [id, lane] of lanes) {
    if (lane.held > 0) continue;
    lanes.delete(id);
    return;
  }
};
