import type { Severity } from '@gpushield/contracts';
import { isClosed } from '../state-machine.ts';
import type { AlertRecord } from '../types.ts';

/** One element of `POST /api/v2/alerts` (Alertmanager's OpenAPI, `postableAlert`). */
export interface PostableAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly generatorURL?: string;
}

export interface PostableOptions {
  readonly now: Date;
  /** An alert that is not sent again within this ends at Alertmanager, in milliseconds. */
  readonly validMs: number;
  readonly publicUrl?: string | undefined;
}

const maxDescription = 2_000;

/**
 * The labels are what Alertmanager knows an alert by, so only what stays the same while it is active is among them; the
 * severity is, since routes stand on it, and whoever changes it ends the alert of the other severity.
 */
const labelsOf = (alert: AlertRecord, severity: Severity): Record<string, string> => ({
  alertname: alert.title,
  severity,
  source: alert.source,
  fingerprint: alert.fingerprint,
  ...(alert.nodeId === null ? {} : { node_id: alert.nodeId }),
  ...(alert.gpuId === null ? {} : { gpu_id: alert.gpuId }),
  ...(alert.sensorId === null ? {} : { sensor_id: alert.sensorId }),
});

/** The alert as Alertmanager takes it: firing for `validMs` while it is active, ended at its close. */
export const postableAlert = (
  alert: AlertRecord,
  { now, validMs, publicUrl }: PostableOptions,
  ended?: Severity,
): PostableAlert => {
  const startsAt = alert.createdAt;
  const closedAt = alert.resolvedAt ?? now;
  const over = ended !== undefined || isClosed(alert.status);
  const endsAt = over
    ? new Date(Math.max(closedAt.getTime(), startsAt.getTime() + 1))
    : new Date(now.getTime() + validMs);
  return {
    labels: labelsOf(alert, ended ?? alert.severity),
    annotations: {
      summary: alert.title,
      description: alert.description.slice(0, maxDescription),
      alert_id: alert.id,
      status: alert.status,
      assignee: alert.assignee ?? '',
      occurrences: String(alert.occurrences),
    },
    startsAt: startsAt.toISOString(),
    endsAt: endsAt.toISOString(),
    ...(publicUrl === undefined ? {} : { generatorURL: `${publicUrl}/console/alerts/${alert.id}` }),
  };
};
