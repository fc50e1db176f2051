import protobuf from 'protobufjs';

/* An encoder that shares nothing with our decoder: protobufjs, and the messages of opentelemetry-proto 1.x by number. */
const schema = `
syntax = "proto3";
message AnyValue { oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4; } }
message KeyValue { string key = 1; AnyValue value = 2; }
message Resource { repeated KeyValue attributes = 1; uint32 dropped_attributes_count = 2; }
message Scope { string name = 1; string version = 2; }
message NumberDataPoint { repeated KeyValue attributes = 7; fixed64 start_time_unix_nano = 2; fixed64 time_unix_nano = 3;
  oneof value { double as_double = 4; sfixed64 as_int = 6; } uint32 flags = 8; }
message Gauge { repeated NumberDataPoint data_points = 1; }
message Sum { repeated NumberDataPoint data_points = 1; int32 aggregation_temporality = 2; bool is_monotonic = 3; }
message HistogramDataPoint { fixed64 time_unix_nano = 3; fixed64 count = 4; }
message Histogram { repeated HistogramDataPoint data_points = 1; int32 aggregation_temporality = 2; }
message Metric { string name = 1; string description = 2; string unit = 3;
  oneof data { Gauge gauge = 5; Sum sum = 7; Histogram histogram = 9; } }
message ScopeMetrics { Scope scope = 1; repeated Metric metrics = 2; string schema_url = 3; }
message ResourceMetrics { Resource resource = 1; repeated ScopeMetrics scope_metrics = 2; string schema_url = 3; }
message ExportMetrics { repeated ResourceMetrics resource_metrics = 1; }
message LogRecord { fixed64 time_unix_nano = 1; int32 severity_number = 2; string severity_text = 3; AnyValue body = 5;
  repeated KeyValue attributes = 6; fixed64 observed_time_unix_nano = 11; }
message ScopeLogs { Scope scope = 1; repeated LogRecord log_records = 2; }
message ResourceLogs { Resource resource = 1; repeated ScopeLogs scope_logs = 2; }
message ExportLogs { repeated ResourceLogs resource_logs = 1; }
message Span { bytes trace_id = 1; bytes span_id = 2; string name = 5; }
message ScopeSpans { Scope scope = 1; repeated Span spans = 2; }
message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
message ExportTraces { repeated ResourceSpans resource_spans = 1; }
message PartialSuccess { int64 rejected = 1; string error_message = 2; }
message ExportResponse { PartialSuccess partial_success = 1; }
message Status { int32 code = 1; string message = 2; }
`;

const { root } = protobuf.parse(schema, { keepCase: false });

type MessageName = 'ExportMetrics' | 'ExportLogs' | 'ExportTraces';

/** The document (OTLP/JSON's names) in protobuf. */
export const encodeOtlp = (name: MessageName, document: object): Buffer => {
  const type = root.lookupType(name);
  return Buffer.from(type.encode(type.fromObject(document)).finish());
};

export const decodeAnswer = (name: 'ExportResponse' | 'Status', bytes: Buffer): Record<string, unknown> =>
  root.lookupType(name).toObject(root.lookupType(name).decode(bytes), { longs: Number, defaults: false });

type Scalar = string | number | boolean;

export const attributes = (values: Readonly<Record<string, Scalar>>) =>
  Object.entries(values).map(([key, value]) => ({
    key,
    value:
      typeof value === 'string'
        ? { stringValue: value }
        : typeof value === 'boolean'
          ? { boolValue: value }
          : { doubleValue: value },
  }));

export interface TestMetric {
  readonly name: string;
  readonly unit?: string;
  readonly value: number;
  readonly at: Date;
  readonly labels: Readonly<Record<string, Scalar>>;
  readonly kind?: 'gauge' | 'sum' | 'delta' | 'histogram';
}

/** One resource with these metrics, a point each. */
export const metricsDocument = (
  resource: Readonly<Record<string, Scalar>>,
  metrics: readonly TestMetric[],
) => ({
  resourceMetrics: [
    {
      resource: { attributes: attributes(resource) },
      scopeMetrics: [
        {
          scope: { name: 'test' },
          metrics: metrics.map(({ name, unit = '', value, at, labels, kind = 'gauge' }) => {
            const timeUnixNano = `${at.getTime()}000000`;
            const point = { attributes: attributes(labels), timeUnixNano, asDouble: value };
            if (kind === 'histogram')
              return { name, unit, histogram: { dataPoints: [{ timeUnixNano, count: '3' }] } };
            if (kind === 'gauge') return { name, unit, gauge: { dataPoints: [point] } };
            const aggregationTemporality = kind === 'delta' ? 1 : 2;
            return { name, unit, sum: { dataPoints: [point], aggregationTemporality, isMonotonic: true } };
          }),
        },
      ],
    },
  ],
});
