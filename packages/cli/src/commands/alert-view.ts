import { Alert, AlertHistoryEntry, type Severity } from '@gpushield/contracts';
import { checked } from '../api/check.ts';
import type { CommandContext } from '../context.ts';
import { fullTime, type ListingView } from '../listing.ts';
import type { Colour } from '../text/paint.ts';

const severityColours: Readonly<Record<Severity, Colour>> = {
  critical: 'red',
  high: 'red',
  medium: 'yellow',
  low: 'cyan',
  info: 'dim',
};
export const severityColour = (severity: Severity): Colour => severityColours[severity];

const statusColour = (status: Alert['status']): Colour => {
  if (status === 'open') return 'bold';
  return status === 'resolved' ? 'dim' : 'cyan';
};

export const alertListing = (ctx: CommandContext): ListingView<typeof Alert> => ({
  schema: Alert,
  empty: 'No alert matches.',
  columns: ({ short, ago }) => [
    { header: 'ID', cell: (alert) => short(alert.id) },
    {
      header: 'SEVERITY',
      cell: (alert) => alert.severity,
      paint: (alert, text) => ctx.out.paint(severityColour(alert.severity), text),
    },
    {
      header: 'STATUS',
      cell: (alert) => alert.status,
      paint: (alert, text) => ctx.out.paint(statusColour(alert.status), text),
    },
    { header: 'TITLE', cell: (alert) => alert.title, shrinkTo: 20 },
    { header: 'SOURCE', cell: (alert) => alert.source, shrinkTo: 8 },
    { header: 'TIMES', cell: (alert) => String(alert.occurrences), align: 'right' },
    { header: 'ASSIGNEE', cell: (alert) => alert.assignee ?? '-', shrinkTo: 8 },
    { header: 'LAST SEEN', cell: (alert) => ago(alert.last_seen_at) },
  ],
});

export const historyListing: ListingView<typeof AlertHistoryEntry> = {
  schema: AlertHistoryEntry,
  empty: 'Nothing has happened to this alert.',
  columns: ({ ago }) => [
    { header: 'WHEN', cell: (entry) => ago(entry.at) },
    { header: 'WHO', cell: (entry) => entry.actor, shrinkTo: 8 },
    { header: 'ACTION', cell: (entry) => entry.action },
    {
      header: 'STATUS',
      cell: (entry) =>
        entry.to_status === null ? '-' : `${entry.from_status ?? 'none'} → ${entry.to_status}`,
    },
    { header: 'NOTE', cell: (entry) => entry.note ?? '-', shrinkTo: 12 },
  ],
};

const by = (ctx: CommandContext, at: string | null, who: string | null): string | null =>
  at === null ? null : `${fullTime(ctx, at)} by ${who ?? '-'}`;

export const showAlert = (ctx: CommandContext, raw: unknown): void => {
  if (ctx.out.json) {
    ctx.out.value(raw);
    return;
  }
  const alert = checked(Alert, raw);
  ctx.out.pairs([
    ['id', alert.id],
    ['title', alert.title],
    ['severity', alert.severity],
    ['status', alert.status],
    ['source', alert.source],
    ['description', alert.description],
    ['fingerprint', alert.fingerprint],
    ['node', alert.node_id],
    ['GPU', alert.gpu_id],
    ['sensor', alert.sensor_id],
    ['assignee', alert.assignee],
    ['occurrences', alert.occurrences],
    ['first seen', fullTime(ctx, alert.first_seen_at)],
    ['last seen', fullTime(ctx, alert.last_seen_at)],
    ['acknowledged', by(ctx, alert.acknowledged_at, alert.acknowledged_by)],
    ['resolved', by(ctx, alert.resolved_at, alert.resolved_by)],
    ['resolution', alert.resolution],
    ['evidence', Object.keys(alert.evidence).length === 0 ? null : JSON.stringify(alert.evidence, null, 2)],
  ]);
};
