import type { Alert, AlertFilter } from '@gpushield/contracts';
import type { Executor } from '../../platform/database/types.ts';
import { csvLine } from '../../platform/http/csv.ts';
import type { CursorPosition } from '../../platform/http/cursor.ts';
import type { AlertDeps } from './deps.ts';
import { filtersOf } from './page-of-alerts.ts';
import { presenterNow } from './present-now.ts';
import { listAlerts } from './store.ts';

export const alertExportFormats = ['ndjson', 'csv'] as const;
export type AlertExportFormat = (typeof alertExportFormats)[number];

export const alertExportTypes: Readonly<Record<AlertExportFormat, string>> = {
  ndjson: 'application/x-ndjson',
  csv: 'text/csv; charset=utf-8; header=present',
};

const columns = [
  'id', 'title', 'description', 'severity', 'status', 'source', 'fingerprint', 'node_id', 'gpu_id', 'sensor_id',
  'assignee', 'occurrences', 'first_seen_at', 'last_seen_at', 'acknowledged_at', 'acknowledged_by', 'resolved_at',
  'resolved_by', 'resolution', 'silenced_until', 'muted_until', 'group_key', 'evidence', 'created_at', 'updated_at',
] as const satisfies readonly (keyof Alert)[]; // prettier-ignore

// Some megabytes at most: an alert's evidence has up to 16 KiB.
const pageAlerts = 200;

const lineOf = (format: AlertExportFormat, alert: Alert): string =>
  format === 'csv' ? csvLine(columns.map((column) => alert[column])) : `${JSON.stringify(alert)}\n`;

/** Alerts that match, newest first, page by page as they are read: between pages nothing is held. */
export async function* exportAlerts(
  deps: Pick<AlertDeps, 'clock'>,
  options: {
    readonly db: Executor;
    readonly filter: AlertFilter;
    readonly format: AlertExportFormat;
    readonly signal: AbortSignal;
  },
): AsyncGenerator<string> {
  const { db, format, signal } = options;
  const filters = filtersOf(options.filter);
  if (format === 'csv') yield csvLine(columns);
  let after: CursorPosition | undefined;
  for (;;) {
    signal.throwIfAborted();
    const alerts = await listAlerts(db, filters, pageAlerts, after);
    const present = await presenterNow(deps, db);
    if (alerts.length > 0) yield alerts.map((alert) => lineOf(format, present(alert))).join('');
    const last = alerts.at(-1);
    if (last === undefined || alerts.length < pageAlerts) return;
    after = { sort: String(last.createdAt.getTime()), id: last.id };
  }
}
