import type { Logger } from 'pino';
import type { Database, Tx } from '../../platform/database/index.ts';
import { insertEntries } from './store.ts';
import type { UsageEntry } from './types.ts';

/** Where uses of GPUs are entered. */
export interface LedgerPort {
  /**
   * Enters one use. Returns at once: entries are gathered and written together, within a tenth of a second. While the
   * database is away they wait; what a crash takes with it is the last moment's.
   */
  record(entry: UsageEntry): void;
  /** Enters one use in the caller's transaction; the same id twice counts once. */
  recordIn(tx: Tx, entry: UsageEntry): Promise<void>;
}

const gatherMs = 50;
const retryMs = 1000;
/** Entries of one INSERT. */
const batchMax = 1000;
/** Entries that wait for a database that is away; beyond, the oldest are dropped, and the log says how many. */
const waitingMax = 100_000;

export interface Ledger extends LedgerPort {
  start(): Promise<void>;
  /** Writes what waits. */
  stop(): Promise<void>;
}

export const createLedger = ({ db, log }: { readonly db: Database; readonly log: Logger }): Ledger => {
  let waiting: UsageEntry[] = [];
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> | undefined;

  const writeAll = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, batchMax);
      try {
        await insertEntries(db, batch);
        waiting = waiting.slice(batch.length);
      } catch (err) {
        log.warn({ err, waiting: waiting.length }, 'the ledger could not be written: it is tried again');
        later(retryMs);
        return;
      }
    }
  };
  const flush = (): Promise<void> => {
    writing ??= writeAll().finally(() => {
      writing = undefined;
    });
    return writing;
  };
  const later = (delayMs: number): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      void flush().then(() => {
        if (waiting.length > 0) later(gatherMs);
      });
    }, delayMs);
  };

  return {
    record: (entry) => {
      if (waiting.length >= waitingMax) {
        const dropped = waiting.length - waitingMax + 1;
        waiting = waiting.slice(dropped);
        log.error({ dropped }, 'the ledger is full: its oldest entries are lost');
      }
      waiting.push(entry);
      later(gatherMs);
    },
    recordIn: (tx, entry) => insertEntries(tx, [entry]),
    start: () => Promise.resolve(),
    stop: async () => {
      clearTimeout(timer);
      timer = undefined;
      await flush();
      await flush();
      clearTimeout(timer);
    },
  };
};
