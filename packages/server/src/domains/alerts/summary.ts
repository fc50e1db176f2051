import { alertStatuses, severities, type AlertStatus, type AlertSummary } from '@gpushield/contracts';
import type { CountRecord } from './group-store.ts';
import { isClosed } from './state-machine.ts';

const isStatus = (text: string): text is AlertStatus => alertStatuses.some((status) => status === text);
const sum = (counts: readonly { readonly alerts: number }[]): number =>
  counts.reduce((total, { alerts }) => total + alerts, 0);

export const summaryOf = (rows: readonly CountRecord[]): AlertSummary => {
  const counts = rows.flatMap(({ status, ...row }) => (isStatus(status) ? [{ status, ...row }] : []));
  const active = counts.filter(({ status }) => !isClosed(status));
  return {
    total: sum(counts),
    active: sum(active),
    by_status: Object.fromEntries(
      alertStatuses.map((status) => [status, sum(counts.filter((count) => count.status === status))]),
    ),
    by_severity: Object.fromEntries(
      severities.map((severity) => [severity, sum(active.filter((count) => count.severity === severity))]),
    ),
    counts,
  };
};
