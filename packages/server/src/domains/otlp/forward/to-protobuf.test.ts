import protobuf from 'protobufjs';
import { expect, it } from 'vitest';
import { encodeOtlp, metricsDocument } from '../testing/otlp-encoder.ts';
import { toProtobuf } from './to-protobuf.ts';

const at = new Date(1_764_000_000_123);
const labels = { 'hw.id': 'GPU-1', spare: true, number: -2.5 };

it('metrics in JSON are the same export in protobuf, as another encoder makes it', () => {
  const document = metricsDocument({ 'host.name': 'n1' }, [
    { name: 'hw.power', unit: 'W', value: 250.5, at, labels },
    { name: 'hw.energy', unit: 'J', value: 7, at, labels, kind: 'sum' },
  ]);
  expect(decoded('Metrics', toProtobuf('metrics', document))).toEqual(
    decoded('Metrics', encodeOtlp('ExportMetrics', document)),
  );
});

/** Written from opentelemetry-proto's files for what the other encoder does not know. */
const { root } = protobuf.parse(
  `syntax = "proto3";
   message Metrics { repeated RM resource_metrics = 1; }
   message RM { Res resource = 1; repeated SM scope_metrics = 2; }
   message Res { repeated KV attributes = 1; }
   message KV { string key = 1; Any value = 2; }
   message Any { string s = 1; bool b = 2; int64 i = 3; double d = 4; Arr a = 5; bytes y = 7; }
   message Arr { repeated Any values = 1; }
   message SM { repeated M metrics = 2; }
   message M { string name = 1; string unit = 3; G gauge = 5; S sum = 7; H histogram = 9; E exp = 10; }
   message G { repeated N points = 1; }
   message S { repeated N points = 1; int32 temporality = 2; bool monotonic = 3; }
   message N { repeated KV attributes = 7; fixed64 time = 3; double d = 4; sfixed64 i = 6; }
   message H { repeated HP points = 1; int32 temporality = 2; }
   message HP { fixed64 time = 3; fixed64 count = 4; double sum = 5; repeated fixed64 buckets = 6; repeated double bounds = 7; }
   message E { repeated EP points = 1; }
   message EP { fixed64 count = 4; sint32 scale = 6; B positive = 8; }
   message B { sint32 offset = 1; repeated uint64 buckets = 2; }
   message Traces { repeated RS resource_spans = 1; }
   message RS { repeated SS scope_spans = 2; }
   message SS { repeated Span spans = 2; }
   message Span { bytes trace_id = 1; bytes span_id = 2; string name = 5; int32 kind = 6; fixed64 start = 7; St status = 15; }
   message St { string message = 2; int32 code = 3; }`,
  { keepCase: true },
);
const decoded = (name: string, bytes: Buffer): unknown => {
  const type = root.lookupType(name);
  return type.toObject(type.decode(bytes), { longs: String, bytes: String });
};

it('histograms, negative integers, lists and names of enumerated values keep what they say', () => {
  const points = { timeUnixNano: '1764000000123456789', count: '3', sum: 4.5 };
  const document = {
    resourceMetrics: [
      {
        resource: {
          attributes: [
            { key: 'list', value: { arrayValue: { values: [{ intValue: '-7' }, { bytesValue: 'AQI=' }] } } },
          ],
        },
        scopeMetrics: [
          {
            metrics: [
              {
                name: 'h',
                histogram: {
                  dataPoints: [{ ...points, bucketCounts: ['1', '2'], explicitBounds: [0.5] }],
                  aggregationTemporality: 'AGGREGATION_TEMPORALITY_CUMULATIVE',
                },
              },
              {
                name: 'e',
                exponentialHistogram: {
                  dataPoints: [{ count: 3, scale: -1, positive: { offset: -2, bucketCounts: ['1', '300'] } }],
                },
              },
              { name: 's', unknown: { x: 1 }, sum: { dataPoints: [{ asInt: '-5' }], isMonotonic: false } },
            ],
          },
        ],
      },
    ],
  };
  expect(decoded('Metrics', toProtobuf('metrics', document))).toMatchObject({
    resource_metrics: [
      {
        resource: { attributes: [{ key: 'list', value: { a: { values: [{ i: '-7' }, { y: 'AQI=' }] } } }] },
        scope_metrics: [
          {
            metrics: [
              {
                histogram: {
                  points: [
                    { time: '1764000000123456789', count: '3', sum: 4.5, buckets: ['1', '2'], bounds: [0.5] },
                  ],
                  temporality: 2,
                },
              },
              {
                exp: { points: [{ count: '3', scale: -1, positive: { offset: -2, buckets: ['1', '300'] } }] },
              },
              { sum: { points: [{ i: '-5' }] } },
            ],
          },
        ],
      },
    ],
  });
});

it('spans keep their ids, which JSON has in hexadecimal', () => {
  const traceId = '5b8efff798038103d269b633813fc60c';
  const span = {
    ...{
      traceId,
      spanId: 'eee19b7ec3c1b174',
      name: 'work',
      kind: 2,
      startTimeUnixNano: '1764000000123456789',
    },
    status: { code: 'STATUS_CODE_ERROR', message: 'no' },
  };
  const document = { resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] };
  expect(decoded('Traces', toProtobuf('traces', document))).toEqual({
    resource_spans: [
      {
        scope_spans: [
          {
            spans: [
              {
                trace_id: Buffer.from(traceId, 'hex').toString('base64'),
                span_id: Buffer.from('eee19b7ec3c1b174', 'hex').toString('base64'),
                ...{ name: 'work', kind: 2, start: '1764000000123456789' },
                status: { code: 2, message: 'no' },
              },
            ],
          },
        ],
      },
    ],
  });
});
