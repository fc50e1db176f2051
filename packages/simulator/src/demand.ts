import type { KnownMetric } from '@gpushield/contracts';
import type { Random } from './random.ts';

/** What runs on a GPU at one moment, in shares of what the GPU can do (0..1); the rest follows from its physics. */
export interface Demand {
  /** Share of time in which kernels run. */
  readonly busy: number;
  /** Share of the power between rest and limit; follows `busy` unless given. */
  readonly load?: number;
  readonly tensor?: number;
  readonly bandwidth?: number;
  /** Share of the memory. */
  readonly memory?: number;
  /** Bytes a second into the GPU. */
  readonly pcie?: number;
  readonly nvlink?: number;
  /** Share of the highest clock. */
  readonly clock?: number;
  readonly processes?: number;
}

/** What is wrong with the GPU or with what it says. */
export interface Fault {
  /** °C beyond what power explains. */
  readonly extraHeat?: number;
  /** Share of the fan's speed that is left. */
  readonly fanLeft?: number;
  /** Errors since the last step. */
  readonly corrected?: number;
  readonly uncorrected?: number;
  readonly remappedCorrectable?: number;
  readonly remappedUncorrectable?: number;
  readonly replays?: number;
  readonly eccOff?: boolean;
  readonly throttleThermal?: boolean;
  readonly throttlePower?: boolean;
  /** The GPU answers nothing any more. */
  readonly gone?: boolean;
  /** Readings that are replaced: sensors that lie. */
  readonly override?: Readonly<Partial<Record<KnownMetric, number>>>;
}

export interface Moment extends Demand {
  readonly fault?: Fault;
}

/** `tS`: seconds since the GPU's trace began; `stepS`: since the last call. */
export type Scenario = (tS: number, stepS: number, random: Random) => Moment;
/** Draws what is fixed for one run (sizes, periods, habits) and gives its course. */
export type ScenarioMaker = (random: Random) => Scenario;
