import { at, shareOf } from './numbers.ts';

/*
 * A straight line y = a + b·x learned on the way, with forgetting, held to a prior slope until x has varied enough, and
 * with Huber's clipping so that outliers move it little. Also says how far y usually is from it.
 */
const meanX = 0;
const meanY = 1;
const varX = 2;
const covXY = 3;
/** Mean absolute residual. */
const spread = 4;
const weightS = 5;
export const lineSlots = 6;

const clipAtSpreads = 3;

/** What is known of a line before anything is learned, and how it is learned. */
export interface LineShape {
  /** Time constant of forgetting, s. */
  readonly tauS: number;
  /** The slope of a typical device. */
  readonly priorSlope: number;
  /** The prior slope counts as if x had already varied by this much about its mean. */
  readonly priorDeviation: number;
  /** Least spread of y that clipping assumes. */
  readonly floor: number;
}

export const learnedS = (state: Float64Array, base: number): number => at(state, base + weightS);
export const spreadOf = (state: Float64Array, base: number): number => at(state, base + spread);

const slopeOf = (state: Float64Array, base: number, shape: LineShape): number => {
  const pull = shape.priorDeviation * shape.priorDeviation;
  return (at(state, base + covXY) + pull * shape.priorSlope) / (at(state, base + varX) + pull);
};

/** How much of the slope is still the prior's: 1 at first, 0 once x has varied widely. */
export const priorShare = (state: Float64Array, base: number, shape: LineShape): number => {
  const pull = shape.priorDeviation * shape.priorDeviation;
  return pull / (at(state, base + varX) + pull);
};

export const expectedAt = (state: Float64Array, base: number, x: number, shape: LineShape): number =>
  at(state, base + meanY) + slopeOf(state, base, shape) * (x - at(state, base + meanX));

export const distanceFromMean = (state: Float64Array, base: number, x: number): number =>
  Math.abs(x - at(state, base + meanX));

/** Learns one pair. `trust` 0..1 scales how much. */
export const learn = (
  state: Float64Array,
  base: number,
  x: number,
  y: number,
  dtS: number,
  shape: LineShape,
  trust: number,
): void => {
  if (Number.isNaN(x + y)) return;
  const age = learnedS(state, base);
  if (age === 0) {
    state[base + meanX] = x;
    state[base + meanY] = y;
    state[base + weightS] = Math.max(dtS, 1e-3);
    return;
  }
  const share = trust * shareOf(dtS, Math.min(shape.tauS, age));
  const expected = expectedAt(state, base, x, shape);
  const residual = y - expected;
  const clip = clipAtSpreads * Math.max(shape.floor, spreadOf(state, base));
  const clipped = residual > clip ? clip : residual < -clip ? -clip : residual;
  const dx = x - at(state, base + meanX);
  const dy = expected + clipped - at(state, base + meanY);
  state[base + meanX] = at(state, base + meanX) + share * dx;
  state[base + meanY] = at(state, base + meanY) + share * dy;
  state[base + varX] = (1 - share) * (at(state, base + varX) + share * dx * dx);
  state[base + covXY] = (1 - share) * (at(state, base + covXY) + share * dx * dy);
  state[base + spread] = at(state, base + spread) + share * (Math.abs(clipped) - at(state, base + spread));
  state[base + weightS] = age + trust * dtS;
};
