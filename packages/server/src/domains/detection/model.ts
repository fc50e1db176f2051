/** A reason for a score, for people: `text` says it whole, with numbers and units. */
export interface Reason {
  /** The detector that says so, such as `mining`; also the alert's kind. */
  readonly detector: string;
  /** The vocabulary's name of the metric that it rests on most. */
  readonly metric: string;
  readonly observed: number;
  /** What was expected instead: a baseline, a bound, or what the neighbours do; null where there is no such number. */
  readonly expected: number | null;
  readonly unit: string;
  readonly text: string;
}

/** One record of one GPU, and what stands beside it. */
export interface StepInput {
  readonly timestampMs: number;
  /** `knownMetricNames.length` numbers from `offset` on; NaN: absent. */
  readonly values: Float64Array;
  readonly offset: number;
  /** States of the other GPUs of the node (or job); `lastMs` of a state tells how old it is. */
  readonly peers: readonly Float64Array[];
}

/**
 * Everything detection knows of a GPU is `stateLength` numbers, so that it is kept, copied and restored as bytes.
 * `step` is a function of state and input alone: no clock, no randomness, hence replicas that saw the same records
 * agree to the bit. A record that is not later than the last one of its GPU is never given to it.
 */
export interface DetectorModel {
  /** Raised whenever the meaning of a state changes; stored states of another version are thrown away. */
  readonly version: number;
  readonly stateLength: number;
  /** Names of the detectors, in the order of `scores`. */
  readonly detectors: readonly string[];
  /** The state of a GPU that was never seen. */
  initial(): Float64Array;
  /** Time of the last record that the state has seen, ms since the epoch; 0: none. */
  lastMs(state: Float64Array): number;
  /** Learns from one record, in place, and writes a score 0..1 for each detector to `scores`. Hot: allocates nothing. */
  step(state: Float64Array, input: StepInput, scores: Float32Array): void;
  /** Why, in words: called right after `step` for the detectors whose score matters. */
  explain(state: Float64Array, input: StepInput, scores: Float32Array): readonly Reason[];
}
