import type { MetricKind, PointSink } from '../point-sink.ts';
import { attributesIn } from './attributes.ts';
import {
  cursorOf,
  MalformedOtlp,
  readDouble,
  readInt64,
  readLength,
  readNanosAsMs,
  readVarint,
  skip,
  wire,
  type Cursor,
} from './fields.ts';
import { forEachField, readResource } from './walk.ts';

/** AggregationTemporality and the flag of points that say "no value". */
const deltaTemporality = 1;
const noRecordedValue = 1;
const attributesTag = 7 * 8 + wire.bytes;

/** NumberDataPoint. Its attributes are one run of bytes with most senders, which then serves as their key. */
const readNumberPoint = (cursor: Cursor, end: number, sink: PointSink): void => {
  const { bytes } = cursor;
  let [timeMs, value, flags] = [0, Number.NaN, 0];
  let [from, to] = [-1, -1];
  let scattered: Buffer[] | null = null;
  while (cursor.at < end) {
    const start = cursor.at;
    const tag = readVarint(cursor);
    if (tag === attributesTag) {
      cursor.at = readLength(cursor, end);
      if (from === -1) [from, to] = [start, cursor.at];
      else if (to === start && scattered === null) to = cursor.at;
      else {
        scattered ??= [bytes.subarray(from, to)];
        scattered.push(bytes.subarray(start, cursor.at));
      }
    } else if (tag === 3 * 8 + wire.fixed64) timeMs = readNanosAsMs(cursor, end);
    else if (tag === 4 * 8 + wire.fixed64) value = readDouble(cursor, end);
    else if (tag === 6 * 8 + wire.fixed64) value = readInt64(cursor, end);
    else if (tag === 8 * 8 + wire.varint) flags = readVarint(cursor);
    else skip(cursor, tag & 7, end);
  }
  if (cursor.at !== end) throw new MalformedOtlp('A field reaches beyond its message');
  if ((flags & noRecordedValue) !== 0) return;
  const run = scattered === null ? null : Buffer.concat(scattered);
  const key = run === null ? (from === -1 ? '' : bytes.toString('latin1', from, to)) : run.toString('latin1');
  sink.point(
    key,
    () => attributesIn(run ?? bytes.subarray(Math.max(from, 0), Math.max(to, 0)), 7),
    timeMs,
    value,
  );
};

/**
 * The messages of Gauge, Sum, Histogram and so on: points in field 1, temporality in field 2. Points are counted alone, for
 * they may be millions of nothing; they are read in a second pass.
 */
const scanData = (cursor: Cursor, end: number): { readonly points: number; readonly temporality: number } => {
  let [points, temporality] = [0, 0];
  while (cursor.at < end) {
    const tag = readVarint(cursor);
    if (tag === 8 + wire.bytes) {
      cursor.at = readLength(cursor, end);
      points += 1;
    } else if (tag === 2 * 8 + wire.varint) temporality = readVarint(cursor);
    else skip(cursor, tag & 7, end);
  }
  return { points, temporality };
};

const kinds = new Map<number, MetricKind>([
  [5, 'gauge'],
  [7, 'cumulative'],
  [9, 'histogram'],
  [10, 'histogram'],
  [11, 'summary'],
]);

const readMetric = (cursor: Cursor, end: number, sink: PointSink): void => {
  let [name, unit] = ['', ''];
  let data: { readonly field: number; readonly from: number; readonly to: number } | undefined;
  while (cursor.at < end) {
    const tag = readVarint(cursor);
    const [field, type] = [Math.floor(tag / 8), tag & 7];
    if (type !== wire.bytes) {
      skip(cursor, type, end);
      continue;
    }
    const to = readLength(cursor, end);
    if (field === 1) name = cursor.bytes.toString('utf8', cursor.at, to);
    else if (field === 3) unit = cursor.bytes.toString('utf8', cursor.at, to);
    else if (kinds.has(field)) data = { field, from: cursor.at, to };
    cursor.at = to;
  }
  if (data === undefined) return;
  cursor.at = data.from;
  const { points, temporality } = scanData(cursor, data.to);
  const kind = kinds.get(data.field) ?? 'gauge';
  sink.metric(name, unit, kind === 'cumulative' && temporality === deltaTemporality ? 'delta' : kind, points);
  cursor.at = data.from;
  if (kind === 'histogram' || kind === 'summary') sink.unusable(points);
  else forEachField(cursor, data.to, 1, (to) => readNumberPoint(cursor, to, sink));
  cursor.at = end;
};

/** The resource comes first with most senders, yet need not: it is looked for before the metrics are read. */
const readResourceMetrics = (cursor: Cursor, end: number, sink: PointSink): void => {
  const start = cursor.at;
  let attributes = new Map<string, string>();
  forEachField(cursor, end, 1, (to) => {
    attributes = readResource(cursor, to);
  });
  sink.resource(attributes);
  cursor.at = start;
  forEachField(cursor, end, 2, (scopeEnd) => {
    forEachField(cursor, scopeEnd, 2, (metricEnd) => readMetric(cursor, metricEnd, sink));
  });
};

/** Decodes an ExportMetricsServiceRequest (opentelemetry/proto/metrics/v1) into `sink`. Throws `MalformedOtlp`. */
export const decodeMetrics = (bytes: Buffer, sink: PointSink): void => {
  const cursor = cursorOf(bytes);
  forEachField(cursor, bytes.length, 1, (end) => readResourceMetrics(cursor, end, sink));
};
