import type { KnownMetric } from '@gpushield/contracts';

/** The metrics of one GPU at one moment, in the vocabulary's units; absent ones are left out. */
export type Sample = Readonly<Partial<Record<KnownMetric, number>>>;

/** A GPU under some workload. `next` is called once a step; equal seeds give equal traces. */
export interface SimulatedGpu {
  /** `timeMs`: since the epoch; `stepMs`: since the last call. */
  next(timeMs: number, stepMs: number): Sample;
}
