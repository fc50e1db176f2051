import type { AuditRow } from '../../platform/audit/index.ts';
import type { Executor } from '../../platform/database/types.ts';
import { exportHead, exportLine, type ExportFormat } from './export-format.ts';
import { readOldest } from './store.ts';

// About a megabyte in memory at a time, whatever the export's size and the client's pace.
const pageEntries = 500;

/**
 * The entries from `since` (inclusive) to `until` (exclusive), oldest first, page by page as they are read. Between
 * pages nothing is held: neither a connection nor a snapshot.
 */
export async function* exportEntries(options: {
  readonly db: Executor;
  readonly since: string | undefined;
  readonly until: string;
  readonly format: ExportFormat;
  readonly signal: AbortSignal;
}): AsyncGenerator<string> {
  const { db, since, until, format, signal } = options;
  const head = exportHead(format);
  if (head !== '') yield head;
  let after: AuditRow | undefined;
  for (;;) {
    signal.throwIfAborted();
    const page = await readOldest(db, { since, until, after, limit: pageEntries });
    if (page.length > 0) yield page.map((row) => exportLine(format, row)).join('');
    after = page.at(-1);
    if (page.length < pageEntries) return;
  }
}
