/**
 * The messages of opentelemetry-proto 1.x by their field numbers, names as OTLP/JSON has them. `hex` are the ids of traces
 * and spans, which JSON carries in hexadecimal. A list in brackets is packed.
 */
export type FieldType =
  | 'string'
  | 'hex'
  | 'base64'
  | 'bool'
  | 'double'
  | 'varint'
  | 'sint32'
  | 'enum'
  | 'fixed32'
  | 'fixed64'
  | '[fixed64]'
  | '[double]'
  | '[varint]'
  | MessageName;

export type MessageName = keyof typeof messages;
type Fields = Readonly<Record<string, readonly [number: number, type: string]>>;

const resource = { resource: [1, 'Resource'], schemaUrl: [3, 'string'] } as const;
const scoped = { scope: [1, 'Scope'], schemaUrl: [3, 'string'] } as const;
const times = { startTimeUnixNano: [2, 'fixed64'], timeUnixNano: [3, 'fixed64'] } as const;
const sums = { ...times, count: [4, 'fixed64'], sum: [5, 'double'] } as const;
const dropped = 'droppedAttributesCount';

export const messages = {
  AnyValue: {
    stringValue: [1, 'string'],
    boolValue: [2, 'bool'],
    intValue: [3, 'varint'],
    doubleValue: [4, 'double'],
    arrayValue: [5, 'ArrayValue'],
    kvlistValue: [6, 'KeyValueList'],
    bytesValue: [7, 'base64'],
  },
  ArrayValue: { values: [1, 'AnyValue'] },
  KeyValueList: { values: [1, 'KeyValue'] },
  KeyValue: { key: [1, 'string'], value: [2, 'AnyValue'] },
  Resource: { attributes: [1, 'KeyValue'], [dropped]: [2, 'varint'] },
  Scope: {
    name: [1, 'string'],
    version: [2, 'string'],
    attributes: [3, 'KeyValue'],
    [dropped]: [4, 'varint'],
  },
  metrics: { resourceMetrics: [1, 'ResourceMetrics'] },
  ResourceMetrics: { ...resource, scopeMetrics: [2, 'ScopeMetrics'] },
  ScopeMetrics: { ...scoped, metrics: [2, 'Metric'] },
  Metric: {
    name: [1, 'string'],
    description: [2, 'string'],
    unit: [3, 'string'],
    gauge: [5, 'Gauge'],
    sum: [7, 'Sum'],
    histogram: [9, 'Histogram'],
    exponentialHistogram: [10, 'ExponentialHistogram'],
    summary: [11, 'Summary'],
    metadata: [12, 'KeyValue'],
  },
  Gauge: { dataPoints: [1, 'NumberDataPoint'] },
  Sum: { dataPoints: [1, 'NumberDataPoint'], aggregationTemporality: [2, 'enum'], isMonotonic: [3, 'bool'] },
  Histogram: { dataPoints: [1, 'HistogramDataPoint'], aggregationTemporality: [2, 'enum'] },
  ExponentialHistogram: {
    dataPoints: [1, 'ExponentialHistogramDataPoint'],
    aggregationTemporality: [2, 'enum'],
  },
  Summary: { dataPoints: [1, 'SummaryDataPoint'] },
  NumberDataPoint: {
    ...times,
    asDouble: [4, 'double'],
    exemplars: [5, 'Exemplar'],
    asInt: [6, 'fixed64'],
    attributes: [7, 'KeyValue'],
    flags: [8, 'varint'],
  },
  HistogramDataPoint: {
    ...sums,
    bucketCounts: [6, '[fixed64]'],
    explicitBounds: [7, '[double]'],
    exemplars: [8, 'Exemplar'],
    attributes: [9, 'KeyValue'],
    flags: [10, 'varint'],
    min: [11, 'double'],
    max: [12, 'double'],
  },
  ExponentialHistogramDataPoint: {
    attributes: [1, 'KeyValue'],
    ...sums,
    scale: [6, 'sint32'],
    zeroCount: [7, 'fixed64'],
    positive: [8, 'Buckets'],
    negative: [9, 'Buckets'],
    flags: [10, 'varint'],
    exemplars: [11, 'Exemplar'],
    min: [12, 'double'],
    max: [13, 'double'],
    zeroThreshold: [14, 'double'],
  },
  Buckets: { offset: [1, 'sint32'], bucketCounts: [2, '[varint]'] },
  SummaryDataPoint: {
    ...sums,
    quantileValues: [6, 'ValueAtQuantile'],
    attributes: [7, 'KeyValue'],
    flags: [8, 'varint'],
  },
  ValueAtQuantile: { quantile: [1, 'double'], value: [2, 'double'] },
  Exemplar: {
    timeUnixNano: [2, 'fixed64'],
    asDouble: [3, 'double'],
    spanId: [4, 'hex'],
    traceId: [5, 'hex'],
    asInt: [6, 'fixed64'],
    filteredAttributes: [7, 'KeyValue'],
  },
  logs: { resourceLogs: [1, 'ResourceLogs'] },
  ResourceLogs: { ...resource, scopeLogs: [2, 'ScopeLogs'] },
  ScopeLogs: { ...scoped, logRecords: [2, 'LogRecord'] },
  LogRecord: {
    timeUnixNano: [1, 'fixed64'],
    severityNumber: [2, 'enum'],
    severityText: [3, 'string'],
    body: [5, 'AnyValue'],
    attributes: [6, 'KeyValue'],
    [dropped]: [7, 'varint'],
    flags: [8, 'fixed32'],
    traceId: [9, 'hex'],
    spanId: [10, 'hex'],
    observedTimeUnixNano: [11, 'fixed64'],
    eventName: [12, 'string'],
  },
  traces: { resourceSpans: [1, 'ResourceSpans'] },
  ResourceSpans: { ...resource, scopeSpans: [2, 'ScopeSpans'] },
  ScopeSpans: { ...scoped, spans: [2, 'Span'] },
  Span: {
    traceId: [1, 'hex'],
    spanId: [2, 'hex'],
    traceState: [3, 'string'],
    parentSpanId: [4, 'hex'],
    name: [5, 'string'],
    kind: [6, 'enum'],
    startTimeUnixNano: [7, 'fixed64'],
    endTimeUnixNano: [8, 'fixed64'],
    attributes: [9, 'KeyValue'],
    [dropped]: [10, 'varint'],
    events: [11, 'SpanEvent'],
    droppedEventsCount: [12, 'varint'],
    links: [13, 'Link'],
    droppedLinksCount: [14, 'varint'],
    status: [15, 'SpanStatus'],
    flags: [16, 'fixed32'],
  },
  SpanEvent: {
    timeUnixNano: [1, 'fixed64'],
    name: [2, 'string'],
    attributes: [3, 'KeyValue'],
    [dropped]: [4, 'varint'],
  },
  Link: {
    traceId: [1, 'hex'],
    spanId: [2, 'hex'],
    traceState: [3, 'string'],
    attributes: [4, 'KeyValue'],
    [dropped]: [5, 'varint'],
    flags: [6, 'fixed32'],
  },
  SpanStatus: { message: [2, 'string'], code: [3, 'enum'] },
} as const satisfies Readonly<Record<string, Fields>>;

/** Enumerated values are numbers in OTLP/JSON; some senders name them all the same. */
export const enumNames: Readonly<Record<string, number>> = {
  AGGREGATION_TEMPORALITY_DELTA: 1,
  AGGREGATION_TEMPORALITY_CUMULATIVE: 2,
  SPAN_KIND_INTERNAL: 1,
  SPAN_KIND_SERVER: 2,
  SPAN_KIND_CLIENT: 3,
  SPAN_KIND_PRODUCER: 4,
  SPAN_KIND_CONSUMER: 5,
  STATUS_CODE_OK: 1,
  STATUS_CODE_ERROR: 2,
};
