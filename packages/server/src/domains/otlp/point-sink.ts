import type { Attributes } from './attributes.ts';

/** What a metric's points are. Only numbers are kept; histograms and summaries are refused with the reason. */
export type MetricKind = 'gauge' | 'cumulative' | 'delta' | 'histogram' | 'summary';

/** Takes an export apart as it is decoded: resource, then metric, then its points. */
export interface PointSink {
  resource(attributes: Attributes): void;
  /** `points`: how many it has, told before any is read, so that too many can be refused (throws `AppError`). */
  metric(name: string, unit: string, kind: MetricKind, points: number): void;
  /**
   * A number of the last metric. `key` stands for the point's attributes within the last resource: equal keys, equal
   * attributes, which are asked for only when the key is new. `timeMs`: since the epoch.
   */
  point(key: string, attributes: () => Attributes, timeMs: number, value: number): void;
  /** Points of the last metric that hold no number. */
  unusable(points: number): void;
}
