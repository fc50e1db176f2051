import { csvLine } from '../../platform/http/csv.ts';
import { entryOf, entryRecord, toOcsf, type AuditRow } from '../../platform/audit/index.ts';

export type ExportFormat = 'jsonl' | 'csv' | 'ocsf';

export const exportFormats: readonly ExportFormat[] = ['jsonl', 'csv', 'ocsf'];

export const exportTypes: Readonly<Record<ExportFormat, string>> = {
  jsonl: 'application/x-ndjson',
  ocsf: 'application/x-ndjson',
  csv: 'text/csv; charset=utf-8; header=present',
};

const csvColumns = [
  'id', 'writer_id', 'sequence', 'occurred_at', 'correlation_id', 'principal_id', 'principal_kind',
  'principal_name', 'action', 'resource', 'granted', 'reason', 'ip_address', 'user_agent', 'details',
  'previous_hash', 'hash',
] as const; // prettier-ignore

/** What stands before the first entry. */
export const exportHead = (format: ExportFormat): string => (format === 'csv' ? csvLine(csvColumns) : '');

/** One entry as a line of the format. */
export const exportLine = (format: ExportFormat, row: AuditRow): string => {
  const entry = entryOf(row);
  if (format === 'ocsf') return `${JSON.stringify(toOcsf(entry))}\n`;
  const record = entryRecord(entry);
  if (format === 'jsonl') return `${JSON.stringify(record)}\n`;
  return csvLine(csvColumns.map((column) => record[column]));
};
