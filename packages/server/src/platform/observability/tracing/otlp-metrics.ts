import type { HrTime } from '@opentelemetry/api';
import { ValueType } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  DataPointType,
  type DataPoint,
  type Histogram,
  type MetricData,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import type { MetricSnapshot } from '../metrics.ts';

export interface OtlpMetricsInput {
  readonly snapshot: readonly MetricSnapshot[];
  readonly resource: Resource;
  readonly version: string;
  /** When counting began: the process's start. Milliseconds since the epoch, as is `nowMs`. */
  readonly startedAtMs: number;
  readonly nowMs: number;
}

const hrTime = (ms: number): HrTime => [Math.floor(ms / 1000), Math.round((ms % 1000) * 1e6)];

/** Units in UCUM, told by the end of the name, as Prometheus' conventions put them there. */
const unitOf = (name: string): string => {
  const words = name.replace(/_total$/, '');
  if (words.endsWith('_seconds')) return 's';
  if (words.endsWith('_bytes')) return 'By';
  return '';
};

type Labels = Readonly<Record<string, string | number | undefined>>;

const attributesOf = (labels: Labels): Record<string, string> => {
  const attributes: Record<string, string> = {};
  for (const [name, value] of Object.entries(labels)) {
    if (name !== 'le' && value !== undefined) attributes[name] = String(value);
  }
  return attributes;
};

interface Interval {
  readonly startTime: HrTime;
  readonly endTime: HrTime;
}

const numberPoints = (metric: MetricSnapshot, interval: Interval): DataPoint<number>[] =>
  metric.values
    .filter(({ value }) => Number.isFinite(value))
    .map(({ value, labels }) => ({ ...interval, attributes: attributesOf(labels), value }));

interface Gathered {
  readonly attributes: Record<string, string>;
  /** Upper bound to the count of everything up to it. */
  readonly upTo: [number, number][];
  sum: number;
  count: number;
}

const gather = (metric: MetricSnapshot): Gathered[] => {
  const series = new Map<string, Gathered>();
  for (const { labels, value, metricName } of metric.values) {
    const attributes = attributesOf(labels);
    const key = JSON.stringify(attributes);
    const found = series.get(key) ?? { attributes, upTo: [], sum: 0, count: 0 };
    series.set(key, found);
    if (metricName === `${metric.name}_sum`) found.sum = value;
    else if (metricName === `${metric.name}_count`) found.count = value;
    else if (labels['le'] !== undefined && labels['le'] !== '+Inf')
      found.upTo.push([Number(labels['le']), value]);
  }
  return [...series.values()];
};

/** Prometheus' buckets count everything up to a bound, OpenTelemetry's what is between two. */
const histogramPoint = (
  { attributes, upTo, sum, count }: Gathered,
  interval: Interval,
): DataPoint<Histogram> => {
  const sorted = upTo.toSorted(([a], [b]) => a - b);
  const counts: number[] = [];
  let below = 0;
  for (const [, total] of sorted) {
    counts.push(total - below);
    below = total;
  }
  counts.push(count - below);
  const buckets = { boundaries: sorted.map(([bound]) => bound), counts };
  return { ...interval, attributes, value: { buckets, sum, count } };
};

const dataOf = (metric: MetricSnapshot, interval: Interval): MetricData | undefined => {
  const base = {
    descriptor: {
      name: metric.name,
      description: metric.help,
      unit: unitOf(metric.name),
      valueType: ValueType.DOUBLE,
    },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  };
  switch (metric.type) {
    case 'counter':
      return {
        ...base,
        dataPointType: DataPointType.SUM,
        isMonotonic: true,
        dataPoints: numberPoints(metric, interval),
      };
    case 'gauge':
      return { ...base, dataPointType: DataPointType.GAUGE, dataPoints: numberPoints(metric, interval) };
    case 'histogram':
      return {
        ...base,
        dataPointType: DataPointType.HISTOGRAM,
        dataPoints: gather(metric).map((series) => histogramPoint(series, interval)),
      };
    case 'summary':
      // OpenTelemetry keeps summaries for what is old only, and we have none.
      return undefined;
  }
};

/** What `/metrics` tells, in OpenTelemetry's form: the same names, labels and units, cumulative since the start. */
export const toOtlpMetrics = (input: OtlpMetricsInput): ResourceMetrics => {
  const interval = { startTime: hrTime(input.startedAtMs), endTime: hrTime(input.nowMs) };
  const metrics = input.snapshot
    .map((metric) => dataOf(metric, interval))
    .filter((data) => data !== undefined)
    .filter(({ dataPoints }) => dataPoints.length > 0);
  return {
    resource: input.resource,
    scopeMetrics: [{ scope: { name: 'gpushield', version: input.version }, metrics }],
  };
};
