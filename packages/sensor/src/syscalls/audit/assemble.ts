import type { AuditRecord } from './records.ts';

/** Events whose end has not come; of each so many records. What comes above is left out. */
const maxOpen = 256;
const maxRecords = 256;
/** Records of an event follow one another closely; an old auditd writes no end of them. */
const patienceMs = 1_000;

interface Open {
  readonly records: AuditRecord[];
  readonly sinceMs: number;
}

/** Joins the records of one event by its serial, whatever stands between. */
export const createAssembler = (onEvent: (records: readonly AuditRecord[]) => void) => {
  const open = new Map<string, Open>();
  const close = (event: string): void => {
    const found = open.get(event);
    open.delete(event);
    if (found !== undefined) onEvent(found.records);
  };
  return {
    take: (record: AuditRecord, nowMs: number): void => {
      if (record.type === 'EOE') return close(record.event);
      const found = open.get(record.event);
      if (found !== undefined) {
        if (found.records.length < maxRecords) found.records.push(record);
      } else {
        const [oldest] = open.keys();
        if (open.size >= maxOpen && oldest !== undefined) close(oldest);
        open.set(record.event, { records: [record], sinceMs: nowMs });
      }
      // The last record that the kernel makes of a syscall.
      if (record.type === 'PROCTITLE') close(record.event);
    },
    /** Ends what has waited long enough. */
    sweep: (nowMs: number): void => {
      for (const [event, { sinceMs }] of open) if (nowMs - sinceMs >= patienceMs) close(event);
    },
    waiting: (): number => open.size,
  };
};
