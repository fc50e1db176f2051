import type { Clock } from '../clock.ts';
import type { Database } from '../database/types.ts';
import { AppError } from '../errors.ts';
import { createBatchScheduler } from './batch-scheduler.ts';
import { findAnswer } from '../idempotency/index.ts';
import type { Pending } from './submission-queue.ts';
import type { BatchReport, BatchWriter, Receipt, Submission, WriteAtOnce, WriteItems } from './types.ts';
import { writeBatch } from './write-batch.ts';

export interface BatchWriterOptions<T> {
  readonly db: Database;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly write: WriteItems<T>;
  readonly writeAtOnce?: WriteAtOnce<T>;
  /** Rows accepted and not yet committed; more are refused with `overloaded`. Bounds the memory of ingest. */
  readonly maxBufferedRows: number;
  /** Rows of one transaction; a single request with more is still one transaction. */
  readonly maxBatchRows: number;
  /** How long the first record of an idle writer waits for company; 0 gathers what arrives in one event-loop turn. */
  readonly gatherMs: number;
  /**
   * Transactions at the same time: while one waits for the disk, another can copy. A further one begins only for
   * `worthwhileRows`; fewer wait for the one that runs, since a commit costs more than they do.
   */
  readonly parallelWrites?: number;
  readonly worthwhileRows?: number;
  /** A request whose rows are not committed by then is answered 503; whether they will be is not known. */
  readonly ackTimeoutMs?: number;
  readonly onBatch?: (report: BatchReport) => void;
}

// Below the 30 s at which common proxies give up, so that our own answer arrives.
const defaultAckTimeoutMs = 10_000;
const defaultParallelWrites = 2;
// Copying this many rows takes about as long as the round trips and the disk of one commit.
const defaultWorthwhileRows = 200;

const overloaded = (maxBufferedRows: number): AppError =>
  new AppError('overloaded', {
    detail: `More than ${maxBufferedRows} records wait to be stored`,
    retryAfterSeconds: 1,
  });

/** Waiting would never help a request that alone is more than the buffer holds. */
const tooLarge = (maxBufferedRows: number): AppError =>
  new AppError('body_too_large', {
    detail: `One request may bring at most ${maxBufferedRows} records`,
  });

/** Rejects a request whose commit does not come; its rows stay counted until their batch has ended. */
const withDeadline = <T>(
  submission: Submission<T>,
  ackTimeoutMs: number,
  enqueue: (pending: Pending<T>) => void,
): Promise<Receipt> =>
  new Promise((resolve, reject) => {
    let abandoned = false;
    const timer = setTimeout(() => {
      abandoned = true;
      const detail = 'The database did not store these records in time';
      reject(new AppError('database_unavailable', { detail, retryAfterSeconds: 1 }));
    }, ackTimeoutMs);
    const done =
      <V>(settle: (value: V) => void) =>
      (value: V) => {
        clearTimeout(timer);
        settle(value);
      };
    enqueue({ submission, resolve: done(resolve), reject: done(reject), isAbandoned: () => abandoned });
  });

/** Gathers the records of concurrent requests and commits them together; see `BatchWriter`. */
export const createBatchWriter = <T>(options: BatchWriterOptions<T>): BatchWriter<T> => {
  const { db, clock, write, writeAtOnce, maxBufferedRows, maxBatchRows, gatherMs, onBatch } = options;
  const ackTimeoutMs = options.ackTimeoutMs ?? defaultAckTimeoutMs;
  let buffered = 0;
  let closed = false;

  const runBatch = async (taken: readonly Pending<T>[]): Promise<void> => {
    const startedMs = clock.monotonicMs();
    // Who was told that its records are not stored must not find them later.
    const batch = taken.filter((pending) => !pending.isAbandoned());
    const rows = batch.length === 0 ? 0 : await writeBatch(batch, { db, write, writeAtOnce });
    buffered -= taken.reduce((sum, { submission }) => sum + submission.rows, 0);
    onBatch?.({ rows, requests: batch.length, durationMs: clock.monotonicMs() - startedMs });
  };
  const scheduler = createBatchScheduler<T>({
    maxBatchRows,
    gatherMs,
    parallelWrites: options.parallelWrites ?? defaultParallelWrites,
    worthwhileRows: options.worthwhileRows ?? defaultWorthwhileRows,
    runBatch,
  });

  return {
    submit: async (submission) => {
      if (closed) throw new AppError('shutting_down', { retryAfterSeconds: 1 });
      if (submission.rows > maxBufferedRows) throw tooLarge(maxBufferedRows);
      if (buffered + submission.rows > maxBufferedRows) throw overloaded(maxBufferedRows);
      buffered += submission.rows;
      return withDeadline(submission, ackTimeoutMs, scheduler.add);
    },
    findReceipt: async (claim) => {
      const stored = await findAnswer(db, claim);
      return stored === undefined ? undefined : { status: stored.status, body: stored.body, replayed: true };
    },
    bufferedRows: () => buffered,
    close: async () => {
      closed = true;
      await scheduler.drain();
    },
  };
};
