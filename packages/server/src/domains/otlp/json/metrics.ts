import type { MetricKind, PointSink } from '../point-sink.ts';
import { attributesOf, listOf, memberOf, nanosAsMs, numberIn, textOf } from './values.ts';

/** AggregationTemporality as a number or, by some senders, by name. */
const isDelta = (sum: unknown): boolean => {
  const temporality = memberOf(sum, 'aggregationTemporality');
  return temporality === 1 || temporality === 'AGGREGATION_TEMPORALITY_DELTA';
};

const noRecordedValue = 1;

const valueOf = (point: unknown): number =>
  numberIn(memberOf(point, 'asDouble')) ?? numberIn(memberOf(point, 'asInt')) ?? Number.NaN;

const readPoints = (points: readonly unknown[], sink: PointSink): void => {
  for (const point of points) {
    const flags = numberIn(memberOf(point, 'flags')) ?? 0;
    if ((flags & noRecordedValue) !== 0) continue;
    const attributes = memberOf(point, 'attributes');
    const key = attributes === undefined ? '' : JSON.stringify(attributes);
    sink.point(
      key,
      () => attributesOf(attributes),
      nanosAsMs(memberOf(point, 'timeUnixNano')),
      valueOf(point),
    );
  }
};

const shapes: readonly (readonly [string, MetricKind])[] = [
  ['gauge', 'gauge'],
  ['sum', 'cumulative'],
  ['histogram', 'histogram'],
  ['exponentialHistogram', 'histogram'],
  ['summary', 'summary'],
];

const readMetric = (metric: unknown, sink: PointSink): void => {
  for (const [name, kind] of shapes) {
    const data = memberOf(metric, name);
    if (typeof data !== 'object' || data === null) continue;
    const points = listOf(memberOf(data, 'dataPoints'));
    sink.metric(
      textOf(memberOf(metric, 'name')),
      textOf(memberOf(metric, 'unit')),
      kind === 'cumulative' && isDelta(data) ? 'delta' : kind,
      points.length,
    );
    if (kind === 'histogram' || kind === 'summary') sink.unusable(points.length);
    else readPoints(points, sink);
    return;
  }
};

/** Reads an export in OTLP/JSON into `sink`. Unknown fields are passed over. */
export const readMetricsJson = (document: unknown, sink: PointSink): void => {
  for (const resourceMetrics of listOf(memberOf(document, 'resourceMetrics'))) {
    sink.resource(attributesOf(memberOf(memberOf(resourceMetrics, 'resource'), 'attributes')));
    for (const scope of listOf(memberOf(resourceMetrics, 'scopeMetrics')))
      for (const metric of listOf(memberOf(scope, 'metrics'))) readMetric(metric, sink);
  }
};
