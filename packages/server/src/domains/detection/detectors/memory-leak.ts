import type { Detector } from './detector.ts';
import { metric, say, saySpan } from './metrics.ts';
import { at, ramp } from './numbers.ts';

/*
 * Memory in use that grows and grows towards the limit. The least of each stretch of time is kept, so that caches that
 * fill and empty show a floor that stays; jobs that start fill memory in one or a few jumps and then stay.
 */
const stretches = 20;
/** Two looks: leaks that fill a GPU within the hour, and those that need the day. Length of a stretch, s. */
const fastStretchS = 60;
const slowStretchS = 600;
const lookSlots = stretches + 6;
const startS = 0;
const least = 1;
const filled = 2;
const score = 3;
const etaS = 4;
const growth = 5;
const ring = 6;

/** Judged from this many stretches on. A leak of the slow look that began late is seen in fewer of them. */
const enough = 14;
const recent = 11;
/** What fills within minutes is a cache, or a model that is loaded, until it is about to hit the limit. */
const nearlyFull = [0.88, 0.95] as const;
/** Growth over the look, as a share of all memory, that is no noise; and the most of it that one stretch may bring. */
const leastGrowth = 0.04;
const mostOfOneStep = 0.3;
/** Of a recent look, which is short, each stretch brings its even share. */
const mostOfOneRecentStep = 0.18;
const risingShare = [0.75, 0.92] as const;

const judge = (state: Float64Array, base: number, total: number, stretchS: number, count: number): number => {
  const first = at(state, base + ring + stretches - count);
  const last = at(state, base + ring + stretches - 1);
  const middle = at(state, base + ring + stretches - Math.ceil(count / 2));
  const gained = last - first;
  let rising = 0;
  let mostStep = 0;
  let fell = 0;
  for (let index = stretches - count + 1; index < stretches; index += 1) {
    const step = at(state, base + ring + index) - at(state, base + ring + index - 1);
    if (step > total * 0.0003) rising += 1;
    if (step > mostStep) mostStep = step;
    if (-step > fell) fell = -step;
  }
  const mostShare = count <= recent ? mostOfOneRecentStep : mostOfOneStep;
  state[base + growth] = gained;
  const spanS = (count - 1) * stretchS;
  const leftS = gained > 0 ? ((total - last) / gained) * spanS : Infinity;
  state[base + etaS] = leftS;
  if (!(gained >= leastGrowth * total && mostStep <= mostShare * gained && fell <= 0.15 * gained)) return 0;
  // What saturates is a cache: the second half has to grow about as fast as the first.
  const steady = ramp((last - middle) / (middle - first), 0.45, 0.7);
  const near =
    stretchS === fastStretchS
      ? ramp(last / total, nearlyFull[0], nearlyFull[1])
      : Math.max(ramp(leftS / spanS, 12, 5), ramp(last / total, 0.6, 0.85));
  return steady * ramp(rising / (count - 1), risingShare[0], risingShare[1]) * near;
};

/** The whole look first; the recent part of the slow one where that says nothing. */
const judgeLook = (state: Float64Array, base: number, total: number, stretchS: number): number => {
  const count = at(state, base + filled);
  const whole = count >= enough ? judge(state, base, total, stretchS, count) : 0;
  if (whole > 0 || stretchS === fastStretchS || count < recent) return whole;
  return judge(state, base, total, stretchS, recent);
};

const look = (
  state: Float64Array,
  base: number,
  now: number,
  used: number,
  total: number,
  stretchS: number,
): number => {
  const before = at(state, base + score);
  if (Number.isNaN(used) || !(total > 0)) return before;
  const elapsed = now - at(state, base + startS);
  if (elapsed >= 3 * stretchS) state[base + filled] = 0;
  if (elapsed >= stretchS) {
    if (at(state, base + filled) > 0 || elapsed < 3 * stretchS) {
      state.copyWithin(base + ring, base + ring + 1, base + ring + stretches);
      state[base + ring + stretches - 1] = at(state, base + least);
      state[base + filled] = Math.min(stretches, at(state, base + filled) + 1);
    }
    state[base + startS] = now;
    state[base + least] = used;
    state[base + score] = judgeLook(state, base, total, stretchS);
  } else if (used < at(state, base + least)) state[base + least] = used;
  // A drop ends the leak at once: the process died or gave back.
  if (used < at(state, base + ring + stretches - 1) - 0.3 * at(state, base + growth)) state[base + score] = 0;
  return at(state, base + score);
};

export const memoryLeak: Detector = {
  name: 'memory_leak',
  slots: lookSlots * 2,
  distrusts: false,
  init(state, base) {
    state[base + startS] = -Infinity;
    state[base + lookSlots + startS] = -Infinity;
  },
  step(state, base, frame) {
    const used = at(frame.values, frame.offset + metric.memory_used);
    const total = at(frame.values, frame.offset + metric.memory_total);
    const now = frame.timestampMs / 1000;
    const fast = look(state, base, now, used, total, fastStretchS);
    const slow = look(state, base + lookSlots, now, used, total, slowStretchS);
    return Math.max(fast, slow);
  },
  explain(state, base, frame) {
    const slower = at(state, base + lookSlots + score) > at(state, base + score);
    const from = slower ? base + lookSlots : base;
    const used = at(frame.values, frame.offset + metric.memory_used);
    const total = at(frame.values, frame.offset + metric.memory_total);
    const spanS = (at(state, from + filled) - 1) * (slower ? slowStretchS : fastStretchS);
    return {
      detector: 'memory_leak',
      metric: 'memory_used',
      observed: used,
      expected: null,
      unit: 'MiB',
      text: `Memory in use grew by ${say(at(state, from + growth), 'MiB')} in ${saySpan(spanS)} without falling back, to ${say(used, 'MiB')} of ${say(total, 'MiB')}; full in about ${saySpan(at(state, from + etaS))}`,
    };
  },
};
