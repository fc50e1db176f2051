import type { Reason } from '../model.ts';

/** One record as detectors see it. One object lives as long as the model and is filled anew for each record. */
export interface Frame {
  timestampMs: number;
  values: Float64Array;
  offset: number;
  peers: readonly Float64Array[];
  /** Seconds since the record before, at most `maxStepS`; 0 for the first. */
  dtS: number;
  /** 0..1: how far the GPU may be learned from; small while it behaves oddly, so that an attack does not become normal. */
  trust: number;
  /** Watts that full load is measured against: the power limit, else the most that was seen. NaN: neither known. */
  fullPower: number;
}

/** A pause is not evidence: what lies between two records far apart is not known. */
export const maxStepS = 120;

/** One idea of what is wrong with a GPU. Its slots lie in the GPU's state from `base` on. */
export interface Detector {
  readonly name: string;
  readonly slots: number;
  /** Whether the GPU's baselines should learn less while this one scores. */
  readonly distrusts: boolean;
  /** What is not 0 in a fresh state. */
  init?(state: Float64Array, base: number): void;
  /** Learns, and scores 0..1. Allocates nothing. Metrics that it needs and that are absent keep it silent. */
  step(state: Float64Array, base: number, frame: Frame): number;
  explain(state: Float64Array, base: number, frame: Frame): Reason;
}
