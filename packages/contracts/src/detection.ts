import { Type, type Static } from 'typebox';
import { PageQuery, Timestamp, Uuid, nullable, text } from './common.ts';

/** What a switch or a maintenance window applies to. */
export const DetectionTarget = Type.Enum(['fleet', 'node', 'gpu']);
export type DetectionTarget = 'fleet' | 'node' | 'gpu';
/** Detectors that one switch may name. */
const maxDetectors = 64;
const detectorName = Type.String({ pattern: '^[a-z][a-z0-9_]{1,63}$' });

export const Detector = Type.Object({
  name: Type.String(),
  family: Type.String({ description: 'What becomes one alert with it' }),
  severity: Type.String(),
  title: Type.String(),
});
export type Detector = Static<typeof Detector>;

/** `id` of the fleet is the nil UUID. */
export const DetectionSwitch = Type.Object({
  target: DetectionTarget,
  id: Uuid,
  enabled: Type.Boolean(),
  detectors_off: Type.Array(Type.String()),
  threshold: nullable(
    Type.Number({ description: 'null: as the next larger target, at last ANOMALY_THRESHOLD' }),
  ),
  changed_by: Type.String(),
  changed_at: Timestamp,
});
export type DetectionSwitch = Static<typeof DetectionSwitch>;
export const PutDetectionSwitch = Type.Object(
  {
    enabled: Type.Optional(Type.Boolean({ default: true })),
    detectors_off: Type.Optional(Type.Array(detectorName, { maxItems: maxDetectors, uniqueItems: true })),
    threshold: Type.Optional(nullable(Type.Number({ exclusiveMinimum: 0, maximum: 1 }))),
  },
  { additionalProperties: false },
);

/** Longest maintenance window: 90 days. */
export const maxMaintenanceSeconds = 7_776_000;
export const DetectionMaintenance = Type.Object({
  id: Uuid,
  target: DetectionTarget,
  target_id: Uuid,
  reason: Type.String(),
  starts_at: Timestamp,
  ends_at: Timestamp,
  created_by: Type.String(),
  created_at: Timestamp,
});
export type DetectionMaintenance = Static<typeof DetectionMaintenance>;
/** `target_id` is left out for the fleet. It always ends. */
export const CreateDetectionMaintenance = Type.Object(
  {
    target: DetectionTarget,
    target_id: Type.Optional(Uuid),
    reason: text(500, 1),
    starts_at: Type.Optional(Timestamp),
    ends_at: Timestamp,
  },
  { additionalProperties: false },
);

export const DetectionReason = Type.Object({
  detector: Type.String(),
  metric: Type.String(),
  observed: nullable(Type.Number()),
  expected: nullable(Type.Number()),
  unit: Type.String(),
  text: Type.String(),
});
export const DetectionFinding = Type.Object({
  gpu_id: Uuid,
  gpu_name: Type.String({ description: 'Model and place, such as H100 (0000:01:00.0)' }),
  node_id: Uuid,
  node_name: nullable(Type.String({ description: 'null: the node is gone' })),
  family: Type.String(),
  active: Type.Boolean(),
  score: Type.Number({ minimum: 0, maximum: 1 }),
  detectors: Type.Array(Type.String()),
  reasons: Type.Array(DetectionReason),
  alert_id: Uuid,
  first_at: Timestamp,
  last_at: Timestamp,
});
export type DetectionFinding = Static<typeof DetectionFinding>;
export const DetectionFindingQuery = Type.Object({
  active: Type.Optional(Type.Boolean()),
  node_id: Type.Optional(Uuid),
  gpu_id: Type.Optional(Uuid),
  family: Type.Optional(Type.String({ pattern: '^[a-z]{1,32}$' })),
  ...PageQuery,
});

const known = (description: string) => nullable(Type.Number({ description }));
/** What detection knows of a GPU. */
export const GpuDetection = Type.Object({
  gpu_id: Uuid,
  node_id: Uuid,
  judged: Type.Boolean({ description: 'false: switched off, in maintenance, or warming up' }),
  why_not: nullable(Type.String()),
  threshold: Type.Number(),
  detectors_off: Type.Array(Type.String()),
  baseline: nullable(
    Type.Object({
      learned_until: Timestamp,
      observed_seconds: Type.Number(),
      interval_seconds: known('Usual time between two records'),
      idle_power: known('W at rest'),
      most_power: known('W'),
      power_limit: known('W'),
      utilization: known('%, of about the last half minute'),
      power: known('W, likewise'),
      temperature: known('°C, likewise'),
      memory_used: known('MiB, likewise'),
      clock: known('MHz, likewise'),
    }),
  ),
  latest: nullable(
    Type.Object({
      timestamp: Timestamp,
      anomaly_score: nullable(Type.Number()),
      reasons: Type.Array(DetectionReason),
    }),
  ),
  findings: Type.Array(DetectionFinding),
});
export type GpuDetection = Static<typeof GpuDetection>;
