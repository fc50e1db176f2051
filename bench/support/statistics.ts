/** What a set of measured durations says, in milliseconds. */
export interface Latency {
  readonly count: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** The smallest value that at least `share` of all values do not exceed (nearest rank); NaN without values. */
export const percentile = (values: readonly number[], share: number): number =>
  atRank(Float64Array.from(values).sort(), share);

const atRank = (sorted: Float64Array, share: number): number =>
  sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;

export const median = (values: readonly number[]): number => percentile(values, 0.5);

/** Percentiles of durations in milliseconds. */
export const latencyOf = (valuesMs: readonly number[]): Latency => {
  const sorted = Float64Array.from(valuesMs).sort();
  return {
    count: sorted.length,
    p50Ms: atRank(sorted, 0.5),
    p90Ms: atRank(sorted, 0.9),
    p99Ms: atRank(sorted, 0.99),
    maxMs: atRank(sorted, 1),
  };
};
