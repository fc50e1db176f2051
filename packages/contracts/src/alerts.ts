import { Type, type Static } from 'typebox';
import { PageQuery, Severity, Timestamp, Uuid, nullable, text } from './common.ts';
import { EvidenceInput } from './events.ts';

/** In the order of a life. `resolved` and `false_positive` are closed; everything else is active. */
export const alertStatuses = [
  'open',
  'acknowledged',
  'investigating',
  'resolved',
  'false_positive',
  'reopened',
] as const;
export const AlertStatus = Type.Enum([...alertStatuses]);
export type AlertStatus = (typeof alertStatuses)[number];
export const activeAlertStatuses: readonly AlertStatus[] = [
  'open',
  'acknowledged',
  'investigating',
  'reopened',
];
export const closedAlertStatuses: readonly AlertStatus[] = ['resolved', 'false_positive'];
/** Largest number of alerts that one bulk change takes. */
export const maxBulkAlerts = 1000;
/** Longest time that a finding stays muted after a false alarm: 90 days. */
export const maxQuietSeconds = 7_776_000;
/** Longest time from a silence's making to its end: 90 days. */
export const maxSilenceSeconds = 7_776_000;
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
  silenced_until: nullable(Timestamp),
  muted_until: nullable(Timestamp),
  group_key: Type.String(),
  evidence: Type.Record(Type.String(), Type.Unknown()),
  created_at: Timestamp,
  updated_at: Timestamp,
});
export type Alert = Static<typeof Alert>;

const alertFilter = {
  severities: Type.Optional(Type.Array(Severity, { maxItems: 5, uniqueItems: true })),
  statuses: Type.Optional(Type.Array(AlertStatus, { maxItems: 6, uniqueItems: true })),
  sources: Type.Optional(Type.Array(text(64, 1), { maxItems: 32 })),
  node_ids: Type.Optional(Type.Array(Uuid, { maxItems: 100 })),
  gpu_ids: Type.Optional(Type.Array(Uuid, { maxItems: 100 })),
  assignees: Type.Optional(Type.Array(text(64, 1), { maxItems: 32 })),
  fingerprints: Type.Optional(Type.Array(fingerprint, { maxItems: 100 })),
  group_keys: Type.Optional(Type.Array(text(200, 1), { maxItems: 32 })),
  since: Type.Optional(Timestamp),
  until: Type.Optional(Timestamp),
};
/** Which alerts: all lists must match, an empty or absent one restricts nothing. */
export const AlertFilter = Type.Object(alertFilter, { additionalProperties: false });
export type AlertFilter = Static<typeof AlertFilter>;
export const AlertQuery = Type.Object({ ...alertFilter, ...PageQuery }, { additionalProperties: false });
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

export const alertHistoryActions = [
  'created',
  'repeated',
  'acknowledged',
  'investigating',
  'assigned',
  'severity_changed',
  'resolved',
  'false_positive',
  'reopened',
  'noted',
  'commented',
] as const;
export type AlertHistoryAction = (typeof alertHistoryActions)[number];
export const AlertHistoryEntry = Type.Object({
  id: Uuid,
  alert_id: Uuid,
  at: Timestamp,
  actor: Type.String(),
  action: Type.Enum([...alertHistoryActions]),
  from_status: nullable(AlertStatus),
  to_status: nullable(AlertStatus),
  note: nullable(Type.String()),
});
export type AlertHistoryEntry = Static<typeof AlertHistoryEntry>;

const note = Type.Optional(text(2000));
export const InvestigateAlert = Type.Object({ note }, { additionalProperties: false });
export const ReopenAlert = Type.Object({ note }, { additionalProperties: false });
/** The finding opens no new alert for `quiet_seconds` (0: not muted at all; the server's default unless given). */
export const FalsePositiveAlert = Type.Object(
  { quiet_seconds: Type.Optional(Type.Integer({ minimum: 0, maximum: maxQuietSeconds })), note },
  { additionalProperties: false },
);
/** A severity that a person set stays: what is seen again does not raise it. */
export const ChangeAlertSeverity = Type.Object({ severity: Severity, note }, { additionalProperties: false });

export const AlertComment = Type.Object({
  id: Uuid,
  alert_id: Uuid,
  at: Timestamp,
  author: Type.String(),
  body: Type.String(),
});
export type AlertComment = Static<typeof AlertComment>;
export const CreateAlertComment = Type.Object({ body: text(4000, 1) }, { additionalProperties: false });

// ---- many at once --------------------------------------------------------------------------------------------

/** One change of many alerts; the fields are those of the single changes. */
const bulkChange = Type.Union([
  Type.Object({ action: Type.Literal('acknowledge'), note }, { additionalProperties: false }),
  Type.Object({ action: Type.Literal('investigate'), note }, { additionalProperties: false }),
  Type.Object({ action: Type.Literal('reopen'), note }, { additionalProperties: false }),
  Type.Object(
    {
      action: Type.Literal('assign'),
      assignee: nullable(Type.String({ minLength: 1, maxLength: 64 })),
      note,
    },
    { additionalProperties: false },
  ),
  Type.Object(
    {
      action: Type.Literal('resolve'),
      resolution: Type.Optional(Type.Enum(['fixed', 'accepted'], { default: 'fixed' })),
      note,
    },
    { additionalProperties: false },
  ),
  Type.Object(
    {
      action: Type.Literal('false_positive'),
      quiet_seconds: Type.Optional(Type.Integer({ minimum: 0, maximum: maxQuietSeconds })),
      note,
    },
    { additionalProperties: false },
  ),
  Type.Object(
    { action: Type.Literal('set_severity'), severity: Severity, note },
    { additionalProperties: false },
  ),
]);
export const BulkAlertChange = Type.Object(
  {
    ids: Type.Optional(Type.Array(Uuid, { minItems: 1, maxItems: maxBulkAlerts })),
    query: Type.Optional(AlertFilter),
    change: bulkChange,
  },
  { additionalProperties: false },
);
export type BulkAlertChange = Static<typeof BulkAlertChange>;
export const BulkAlertResult = Type.Object({
  changed: Type.Integer(),
  unchanged: Type.Integer(),
  refused: Type.Integer(),
  has_more: Type.Boolean({ description: 'The query matches more than one bulk change takes: send it again' }),
  results: Type.Array(
    Type.Object({
      id: Uuid,
      outcome: Type.Enum(['changed', 'unchanged', 'invalid_transition', 'conflict', 'not_found']),
      status: nullable(AlertStatus),
    }),
  ),
});
export type BulkAlertResult = Static<typeof BulkAlertResult>;

// ---- silences, groups, figures -------------------------------------------------------------------------------

const matchers = {
  sources: Type.Array(text(64, 1), { maxItems: 32 }),
  severities: Type.Array(Severity, { maxItems: 5, uniqueItems: true }),
  node_ids: Type.Array(Uuid, { maxItems: 100 }),
  gpu_ids: Type.Array(Uuid, { maxItems: 100 }),
  fingerprint_prefix: nullable(fingerprint),
};
/** All given matchers must match, and one at least is given. It always ends. */
export const CreateAlertSilence = Type.Object(
  {
    sources: Type.Optional(matchers.sources),
    severities: Type.Optional(matchers.severities),
    node_ids: Type.Optional(matchers.node_ids),
    gpu_ids: Type.Optional(matchers.gpu_ids),
    fingerprint_prefix: Type.Optional(matchers.fingerprint_prefix),
    reason: text(500, 1),
    starts_at: Type.Optional(Timestamp),
    ends_at: Timestamp,
  },
  { additionalProperties: false },
);
export type CreateAlertSilence = Static<typeof CreateAlertSilence>;
export const AlertSilence = Type.Object({
  id: Uuid,
  ...matchers,
  reason: Type.String(),
  starts_at: Timestamp,
  ends_at: Timestamp,
  state: Type.Enum(['pending', 'active', 'ended']),
  created_by: Type.String(),
  created_at: Timestamp,
  ended_by: nullable(Type.String()),
});
export type AlertSilence = Static<typeof AlertSilence>;

/** Alerts of one source on one node within a quarter of an hour. */
export const AlertGroup = Type.Object({
  group_key: Type.String(),
  source: Type.String(),
  node_id: nullable(Uuid),
  window_start: Timestamp,
  alerts: Type.Integer(),
  active: Type.Integer(),
  occurrences: Type.Integer(),
  severity: Severity,
  newest_alert_id: Uuid,
  newest_title: Type.String(),
  first_seen_at: Timestamp,
  last_seen_at: Timestamp,
});
export type AlertGroup = Static<typeof AlertGroup>;

export const AlertSummary = Type.Object({
  total: Type.Integer(),
  active: Type.Integer(),
  by_status: Type.Record(Type.String(), Type.Integer()),
  by_severity: Type.Record(Type.String(), Type.Integer(), { description: 'Active alerts only' }),
  counts: Type.Array(Type.Object({ status: AlertStatus, severity: Severity, alerts: Type.Integer() })),
});
export type AlertSummary = Static<typeof AlertSummary>;

/** The data of an event of the alert stream. */
export const AlertStreamEvent = Type.Object({
  kind: Type.Enum(['created', 'changed']),
  action: Type.String(),
  actor: Type.String(),
  at: Timestamp,
  alert: Alert,
});
export type AlertStreamEvent = Static<typeof AlertStreamEvent>;
