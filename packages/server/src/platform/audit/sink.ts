import { DatabaseUnavailable, isDatabaseUnavailable } from '../database/errors.ts';
import type { Database } from '../database/types.ts';
import type { AuditChainEntry } from './entry.ts';
import { BatchTimeout } from './outcome.ts';
import { copyEntries, insertEntries } from './store.ts';

/** Takes sealed entries; resolves when all of them are durable. On failure none is, or nobody knows. */
export interface BatchSink {
  write(entries: readonly AuditChainEntry[]): Promise<void>;
}

// Below, one INSERT saves the round trips of BEGIN, COPY and COMMIT; above, COPY's cheaper rows win (bench/audit.ts).
const copyFromEntries = 64;

const within = <T>(work: Promise<T>, timeoutMs: number): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new BatchTimeout(timeoutMs)), timeoutMs);
  });
  // Its own failure, later, has nobody left to tell: the batch was given up as unknown.
  work.catch(() => undefined);
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
};

const insert = async (
  db: Pick<Database, 'query' | 'prepared'>,
  entries: readonly AuditChainEntry[],
): Promise<void> => {
  try {
    await insertEntries(db, entries);
  } catch (error) {
    // Without BEGIN the statement is its own COMMIT: a connection that ends meanwhile leaves its outcome open.
    if (isDatabaseUnavailable(error)) {
      throw new DatabaseUnavailable(error.message, { cause: error, outcomeUnknown: true });
    }
    throw error;
  }
};

/** Writes batches to PostgreSQL, each in one commit. */
export const createBatchSink = (options: {
  readonly db: Pick<Database, 'query' | 'prepared' | 'transaction'>;
  readonly timeoutMs: number;
}): BatchSink => {
  const { db, timeoutMs } = options;
  return {
    write: (entries) => {
      const work =
        entries.length < copyFromEntries
          ? insert(db, entries)
          : db.transaction((tx) => copyEntries(tx, entries));
      return within(work, timeoutMs);
    },
  };
};
