import { Type, type Static } from 'typebox';
import { Timestamp, Uuid, nullable } from './common.ts';

/**
 * The seed's metric names with their units. Each has a column of its own; other names are kept beside them.
 * `[unit, minimum, maximum]`: a value outside is refused, since no device reports it.
 */
export const knownMetrics = {
  gpu_utilization: ['%', 0, 100],
  memory_utilization: ['%', 0, 100],
  memory_used: ['MiB', 0, 16_777_216],
  memory_total: ['MiB', 0, 16_777_216],
  temperature: ['Cel', -100, 300],
  memory_temperature: ['Cel', -100, 300],
  power_usage: ['W', 0, 100_000],
  energy_consumption: ['J', 0, 1e18],
  sm_clock: ['MHz', 0, 100_000],
  memory_clock: ['MHz', 0, 100_000],
  fan_speed: ['%', 0, 1000],
  pcie_rx: ['By/s', 0, 1e15],
  pcie_tx: ['By/s', 0, 1e15],
  ecc_corrected: ['{error}', 0, 1e18],
  ecc_uncorrected: ['{error}', 0, 1e18],
  memory_bandwidth_utilization: ['%', 0, 100],
  tensor_utilization: ['%', 0, 100],
  power_limit: ['W', 0, 100_000],
  nvlink_rx: ['By/s', 0, 1e15],
  nvlink_tx: ['By/s', 0, 1e15],
  pcie_replays: ['{error}', 0, 1e18],
  rows_remapped_correctable: ['{row}', 0, 1e9],
  rows_remapped_uncorrectable: ['{row}', 0, 1e9],
  row_remap_pending: ['1', 0, 1],
  row_remap_failure: ['1', 0, 1],
  throttle_thermal: ['1', 0, 1],
  throttle_power: ['1', 0, 1],
  ecc_enabled: ['1', 0, 1],
  process_count: ['{process}', 0, 1e6],
} as const satisfies Record<string, readonly [string, number, number]>;
export type KnownMetric = keyof typeof knownMetrics;
export const knownMetricNames = Object.keys(knownMetrics) as readonly KnownMetric[];

export const maxMetricsPerRecord = 64;
export const maxBulkRecords = 10_000;
/** Records older than this are refused: a clock that was never set says 1970. */
export const earliestTimestamp = '2015-01-01T00:00:00.000Z';
/** A record may be this far ahead of the server's clock. */
export const maxFutureMs = 300_000;

export const Metrics = Type.Record(
  Type.String({ pattern: '^[a-z][a-z0-9_.]{0,63}$' }),
  Type.Number({ minimum: -1e18, maximum: 1e18 }),
  { additionalProperties: false, minProperties: 1, maxProperties: maxMetricsPerRecord },
);

export const TelemetryInput = Type.Object(
  {
    gpu_id: Uuid,
    sensor_id: Type.Optional(nullable(Uuid)),
    telemetry_type: Type.Optional(Type.Enum(['metrics'], { default: 'metrics' })),
    timestamp: Timestamp,
    metrics: Metrics,
  },
  { additionalProperties: false },
);
export type TelemetryInput = Static<typeof TelemetryInput>;
export const TelemetryBulk = Type.Object(
  { records: Type.Array(TelemetryInput, { minItems: 1, maxItems: maxBulkRecords }) },
  { additionalProperties: false },
);

export const TelemetryRecord = Type.Object({
  id: Uuid,
  gpu_id: Uuid,
  node_id: Uuid,
  sensor_id: nullable(Uuid),
  telemetry_type: Type.String(),
  timestamp: Timestamp,
  received_at: Timestamp,
  metrics: Type.Record(Type.String(), Type.Number()),
  anomaly_score: nullable(
    Type.Number({ minimum: 0, maximum: 1, description: 'null: not judged (warm-up, late, or switched off)' }),
  ),
});
export type TelemetryRecord = Static<typeof TelemetryRecord>;
/** 201 of a single record. */
export const TelemetryAccepted = Type.Object({
  id: Uuid,
  gpu_id: Uuid,
  timestamp: Timestamp,
  received_at: Timestamp,
});
/** 201 of a bulk: all of it is durable, or none was stored. */
export const BulkAccepted = Type.Object({ accepted: Type.Integer(), received_at: Timestamp });
