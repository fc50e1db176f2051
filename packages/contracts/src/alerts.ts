import { Type, type Static } from 'typebox';
import { PageQuery, Severity, Timestamp, Uuid, nullable, text } from './common.ts';
import { EvidenceInput } from './events.ts';

export const AlertStatus = Type.Enum(['open', 'acknowledged', 'resolved']);
export type AlertStatus = Static<typeof AlertStatus>;
const fingerprint = Type.String({ minLength: 1, maxLength: 200, pattern: '^[\\x20-\\x7e]+$' });

export const CreateAlert = Type.Object(
  {
    title: text(200, 1),
    description: Type.Optional(text(4000)),
    severity: Severity,
    source: Type.Optional(
      Type.String({ minLength: 1, maxLength: 64, pattern: '^[a-z0-9][a-z0-9_.-]*$', default: 'manual' }),
    ),
    fingerprint: Type.Optional(fingerprint),
    node_id: Type.Optional(nullable(Uuid)),
    gpu_id: Type.Optional(nullable(Uuid)),
    sensor_id: Type.Optional(nullable(Uuid)),
    evidence: Type.Optional(EvidenceInput),
  },
  { additionalProperties: false },
);
export type CreateAlert = Static<typeof CreateAlert>;

export const Alert = Type.Object({
  id: Uuid,
  title: Type.String(),
  description: Type.String(),
  severity: Severity,
  status: AlertStatus,
  source: Type.String(),
  fingerprint: Type.String({
    description: 'Alerts with the same fingerprint that are not resolved are one alert',
  }),
  node_id: nullable(Uuid),
  gpu_id: nullable(Uuid),
  sensor_id: nullable(Uuid),
  assignee: nullable(Type.String()),
  occurrences: Type.Integer(),
  first_seen_at: Timestamp,
  last_seen_at: Timestamp,
  acknowledged_at: nullable(Timestamp),
  acknowledged_by: nullable(Type.String()),
  resolved_at: nullable(Timestamp),
  resolved_by: nullable(Type.String()),
  resolution: nullable(Type.String()),
  evidence: Type.Record(Type.String(), Type.Unknown()),
  created_at: Timestamp,
  updated_at: Timestamp,
});
export type Alert = Static<typeof Alert>;

export const AlertQuery = Type.Object(
  {
    severities: Type.Optional(Type.Array(Severity, { maxItems: 5, uniqueItems: true })),
    statuses: Type.Optional(Type.Array(AlertStatus, { maxItems: 3, uniqueItems: true })),
    sources: Type.Optional(Type.Array(text(64, 1), { maxItems: 32 })),
    node_ids: Type.Optional(Type.Array(Uuid, { maxItems: 100 })),
    gpu_ids: Type.Optional(Type.Array(Uuid, { maxItems: 100 })),
    assignees: Type.Optional(Type.Array(text(64, 1), { maxItems: 32 })),
    since: Type.Optional(Timestamp),
    until: Type.Optional(Timestamp),
    ...PageQuery,
  },
  { additionalProperties: false },
);
export type AlertQuery = Static<typeof AlertQuery>;

export const AcknowledgeAlert = Type.Object(
  { note: Type.Optional(text(2000)) },
  { additionalProperties: false },
);
/** `assignee` is a username; null takes the assignment back. */
export const AssignAlert = Type.Object(
  { assignee: nullable(Type.String({ minLength: 1, maxLength: 64 })), note: Type.Optional(text(2000)) },
  { additionalProperties: false },
);
/**
 * `fixed`: what was wrong is mended; the integrity baseline stays. `accepted`: what is there now is right and
 * becomes the baseline.
 */
export const ResolveAlert = Type.Object(
  {
    resolution: Type.Optional(Type.Enum(['fixed', 'accepted'], { default: 'fixed' })),
    note: Type.Optional(text(2000)),
  },
  { additionalProperties: false },
);
export type ResolveAlert = Static<typeof ResolveAlert>;

export const AlertHistoryEntry = Type.Object({
  id: Uuid,
  alert_id: Uuid,
  at: Timestamp,
  actor: Type.String(),
  action: Type.Enum(['created', 'repeated', 'acknowledged', 'assigned', 'resolved', 'noted']),
  from_status: nullable(AlertStatus),
  to_status: nullable(AlertStatus),
  note: nullable(Type.String()),
});
export type AlertHistoryEntry = Static<typeof AlertHistoryEntry>;
