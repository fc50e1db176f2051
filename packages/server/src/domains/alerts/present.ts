import type { Alert, AlertComment, AlertGroup, AlertHistoryEntry, AlertSilence } from '@gpushield/contracts';
import type { GroupRecord } from './group-store.ts';
import type { HistoryRecord } from './history-store.ts';
import { silenceState, type SilenceRecord } from './silence.ts';
import type { AlertRecord } from './types.ts';

const iso = (time: Date | null): string | null => (time === null ? null : time.toISOString());

/** `silencedUntil`: the end of the silences that match it now, null where none does. */
export const presentAlert = (alert: AlertRecord, silencedUntil: Date | null): Alert => ({
  id: alert.id,
  title: alert.title,
  description: alert.description,
  severity: alert.severity,
  status: alert.status,
  source: alert.source,
  fingerprint: alert.fingerprint,
  node_id: alert.nodeId,
  gpu_id: alert.gpuId,
  sensor_id: alert.sensorId,
  assignee: alert.assignee,
  occurrences: alert.occurrences,
  first_seen_at: alert.firstSeenAt.toISOString(),
  last_seen_at: alert.lastSeenAt.toISOString(),
  acknowledged_at: iso(alert.acknowledgedAt),
  acknowledged_by: alert.acknowledgedBy,
  resolved_at: iso(alert.resolvedAt),
  resolved_by: alert.resolvedBy,
  resolution: alert.resolution,
  silenced_until: iso(silencedUntil),
  muted_until: iso(alert.mutedUntil),
  group_key: alert.groupKey,
  evidence: alert.evidence,
  created_at: alert.createdAt.toISOString(),
  updated_at: alert.updatedAt.toISOString(),
});

export const presentHistory = (entry: HistoryRecord): AlertHistoryEntry => ({
  id: entry.id,
  alert_id: entry.alertId,
  at: entry.at.toISOString(),
  actor: entry.actor,
  action: entry.action,
  from_status: entry.fromStatus,
  to_status: entry.toStatus,
  note: entry.note,
});

export const presentComment = (entry: HistoryRecord): AlertComment => ({
  id: entry.id,
  alert_id: entry.alertId,
  at: entry.at.toISOString(),
  author: entry.actor,
  body: entry.note ?? '',
});

export const presentGroup = (group: GroupRecord): AlertGroup => ({
  group_key: group.groupKey,
  source: group.source,
  node_id: group.nodeId,
  window_start: group.windowStart.toISOString(),
  alerts: group.alerts,
  active: group.active,
  occurrences: group.occurrences,
  severity: group.severity,
  newest_alert_id: group.newestId,
  newest_title: group.newestTitle,
  first_seen_at: group.firstSeenAt.toISOString(),
  last_seen_at: group.lastSeenAt.toISOString(),
});

export const presentSilence = (silence: SilenceRecord, now: Date): AlertSilence => ({
  id: silence.id,
  sources: [...silence.sources],
  severities: [...silence.severities],
  node_ids: [...silence.nodeIds],
  gpu_ids: [...silence.gpuIds],
  fingerprint_prefix: silence.fingerprintPrefix,
  reason: silence.reason,
  starts_at: silence.startsAt.toISOString(),
  ends_at: silence.endsAt.toISOString(),
  state: silenceState(silence, now),
  created_by: silence.createdBy,
  created_at: silence.createdAt.toISOString(),
  ended_by: silence.endedBy,
});
