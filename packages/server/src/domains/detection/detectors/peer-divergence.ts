import type { Reason } from '../model.ts';
import type { Detector, Frame } from './detector.ts';
import { say } from './metrics.ts';
import { createNeighbours, fewestPeers, type Neighbours } from './neighbours.ts';
import { at, follow, ramp, scoreOf, shareOf, sustain } from './numbers.ts';
import { picture } from './picture.ts';

/*
 * One GPU against the others of its node or job. Jobs differ, so only what jobs do not explain counts: hotter at the same
 * power than ever before, slower at the same work, or out of a job that the others are still in.
 */
const hotLevel = 0;
const slowLevel = 1;
const hungLevel = 2;
const usualHeat = 3;
const sinceS = 4;
const othersHeat = 5;
const othersClock = 6;
const othersUtilization = 7;
const togetherS = 8;
const dueS = 9;

/** Neighbours change slowly: comparing every few seconds is enough. */
const everyS = 5;
const hotTauS = 120;
const slowTauS = 180;
const hungTauS = 240;
const usualTauS = 7200;
const usualKnownS = 1200;
/** A job is one when its GPUs worked alike for this long, s. */
const togetherEnoughS = 300;
const mostTogetherS = 3600;

const alike = (mine: number, others: number, share: number): boolean =>
  Math.abs(mine - others) <= share * others;

/** Hotter than the others at the same power, by more than it always was. */
const compareHeat = (
  state: Float64Array,
  base: number,
  frame: Frame,
  others: Readonly<Neighbours>,
  spanS: number,
): void => {
  const mine = at(state, picture.temperature);
  const watts = at(state, picture.power);
  const warmer = mine - others.temperature;
  const known = at(state, base + sinceS) >= usualKnownS;
  const unusual = known ? warmer - Math.max(0, at(state, base + usualHeat)) : warmer - 10;
  const hot = ramp(watts / others.power, 1.3, 1.15) * ramp(unusual, 8, 14) * ramp(mine, 50, 62);
  if (alike(watts, others.power, 0.2)) {
    const doubt = hot > 0 ? 0.1 : 1;
    follow(state, base + usualHeat, warmer, frame.trust * doubt * shareOf(spanS, usualTauS));
    state[base + sinceS] = at(state, base + sinceS) + spanS;
  }
  sustain(state, base + hotLevel, hot, spanS, hotTauS);
};

/** Slower than the others at the same work, or at rest while the job that it is part of goes on. */
const compareWork = (
  state: Float64Array,
  base: number,
  frame: Frame,
  others: Readonly<Neighbours>,
  spanS: number,
): void => {
  const mine = at(state, picture.utilization);
  const busy = others.utilization;
  const sameMemory = alike(at(state, picture.memoryUsed), others.memory, 0.08) && others.memory > 1024;
  if (sameMemory && alike(mine, busy, 0.15) && busy >= 50)
    state[base + togetherS] = Math.min(mostTogetherS, at(state, base + togetherS) + spanS);
  else if (!sameMemory) state[base + togetherS] = 0;
  const slowed =
    ramp(at(state, picture.clock) / others.clock, 0.8, 0.65) *
    ramp(at(state, picture.power) / frame.fullPower, 0.9, 0.75);
  const comparable = sameMemory && busy >= 60 && mine >= 60;
  sustain(state, base + slowLevel, comparable ? slowed : 0, spanS, slowTauS);
  const oneJob = sameMemory && at(state, base + togetherS) >= togetherEnoughS;
  const hung = oneJob && others.leastUtilization >= 60 ? ramp(mine, 15, 5) : 0;
  sustain(state, base + hungLevel, hung, spanS, hungTauS);
};

const explain = (state: Float64Array, base: number): Reason => {
  const hot = at(state, base + hotLevel);
  const slow = at(state, base + slowLevel);
  const hung = at(state, base + hungLevel);
  const detector = 'peer_divergence';
  if (hot >= Math.max(slow, hung)) {
    const observed = at(state, picture.temperature);
    const expected = at(state, base + othersHeat);
    const text = `Temperature ${say(observed, 'Cel')} while the node's other GPUs are at ${say(expected, 'Cel')} with about the same power`;
    return { detector, metric: 'temperature', observed, expected, unit: 'Cel', text };
  }
  if (slow >= hung) {
    const observed = at(state, picture.clock);
    const expected = at(state, base + othersClock);
    const text = `Clock ${say(observed, 'MHz')} under the same work for which the node's other GPUs run at ${say(expected, 'MHz')}`;
    return { detector, metric: 'sm_clock', observed, expected, unit: 'MHz', text };
  }
  const observed = at(state, picture.utilization);
  const expected = at(state, base + othersUtilization);
  const text = `Utilisation ${say(observed, '%')} in a job whose other GPUs are at ${say(expected, '%')}: this one hangs`;
  return { detector, metric: 'gpu_utilization', observed, expected, unit: '%', text };
};

/** The detector that looks at neighbours; it holds scratch space, hence a factory. */
export const createPeerDivergence = (): Detector => {
  const lookAround = createNeighbours();
  return {
    name: 'peer_divergence',
    slots: dueS + 1,
    distrusts: false,
    init(state, base) {
      state[base + usualHeat] = NaN;
    },
    step(state, base, frame) {
      const spanS = at(state, base + dueS) + frame.dtS;
      state[base + dueS] = spanS;
      if (spanS >= everyS && frame.peers.length >= fewestPeers) {
        const others = lookAround(state, frame);
        state[base + othersHeat] = others.temperature;
        state[base + othersClock] = others.clock;
        state[base + othersUtilization] = others.utilization;
        compareHeat(state, base, frame, others, spanS);
        compareWork(state, base, frame, others, spanS);
        state[base + dueS] = 0;
      }
      return scoreOf(
        Math.max(at(state, base + hotLevel), at(state, base + slowLevel), at(state, base + hungLevel)),
      );
    },
    explain,
  };
};
