import { metric } from './metrics.ts';
import { at, follow, shareOf } from './numbers.ts';
import type { Frame } from './detector.ts';

/*
 * What several detectors, and the detectors of neighbouring GPUs, want to know of a GPU. It lies at the start of the state.
 */
export const picture = {
  lastMs: 0,
  /** Seconds that were observed. */
  observedS: 1,
  /** Usual time between two records, s. */
  intervalS: 2,
  /** Highest score of the record before, of the detectors that distrust. */
  suspicion: 3,
  utilization: 4,
  power: 5,
  temperature: 6,
  memoryUsed: 7,
  clock: 8,
  /** W at rest, and seconds over which it was learned. */
  idlePower: 9,
  idleS: 10,
  /** Most power seen, W. */
  mostPower: 11,
  powerLimit: 12,
} as const;
export const pictureSlots = 13;

const fastTauS = 30;
/** At rest: no kernel ran for at least this share of the sampling period, now and lately. */
const restUtilization = 3;
const idleFallTauS = 60;
/** Upwards it learns in hours, or somebody who hides the utilisation would teach us that 400 W are idle. */
const idleRiseTauS = 6 * 3600;
const intervalTauS = 300;

export const initPicture = (state: Float64Array): void => {
  for (let slot: number = picture.utilization; slot < pictureSlots; slot += 1) state[slot] = NaN;
  state[picture.idleS] = 0;
  state[picture.intervalS] = NaN;
};

const learnIdle = (state: Float64Array, frame: Frame, utilization: number, power: number): void => {
  const lately = at(state, picture.utilization);
  if (!(utilization <= restUtilization && lately <= restUtilization && power >= 0)) return;
  const idle = at(state, picture.idlePower);
  const tauS = power < idle ? idleFallTauS : idleRiseTauS;
  follow(state, picture.idlePower, power, frame.trust * shareOf(frame.dtS, tauS));
  state[picture.idleS] = at(state, picture.idleS) + frame.trust * frame.dtS;
};

/** Brings the picture up to date with one record, and the frame with the picture. */
export const updatePicture = (state: Float64Array, frame: Frame): void => {
  const { values, offset, dtS } = frame;
  const utilization = at(values, offset + metric.gpu_utilization);
  const power = at(values, offset + metric.power_usage);
  const limit = at(values, offset + metric.power_limit);
  const fast = shareOf(dtS, fastTauS);
  follow(state, picture.utilization, utilization, fast);
  follow(state, picture.power, power, fast);
  follow(state, picture.temperature, at(values, offset + metric.temperature), fast);
  follow(state, picture.memoryUsed, at(values, offset + metric.memory_used), fast);
  follow(state, picture.clock, at(values, offset + metric.sm_clock), fast);
  learnIdle(state, frame, utilization, power);
  state[picture.observedS] = at(state, picture.observedS) + dtS;
  if (dtS > 0) follow(state, picture.intervalS, dtS, shareOf(dtS, intervalTauS));
  if (limit > 0) state[picture.powerLimit] = limit;
  if (!(power <= at(state, picture.mostPower))) follow(state, picture.mostPower, power, 1);
  const known = at(state, picture.powerLimit);
  frame.fullPower = known > 0 ? known : at(state, picture.mostPower);
};

/** Watts above rest as a share of what the GPU can draw above rest; NaN where either is not known. */
export const loadOf = (state: Float64Array, frame: Frame, power: number): number => {
  const idle = at(state, picture.idlePower);
  const span = frame.fullPower - idle;
  return span > 0 ? (power - idle) / span : NaN;
};

/** Share of its full power that a GPU draws at rest: 5 to 19 % on what is sold. */
const restOfUnknown = 0.12;

/** The same for a GPU that was never seen at rest: from what GPUs draw at rest, roughly. */
export const leastLoadOf = (state: Float64Array, frame: Frame, power: number): number => {
  const load = loadOf(state, frame, power);
  return Number.isNaN(load) ? power / frame.fullPower - restOfUnknown : load;
};
