import { createSubmissionQueue, type Pending } from './submission-queue.ts';

export interface BatchSchedulerOptions<T> {
  /** Rows of one batch; see `SubmissionQueue.take`. */
  readonly maxBatchRows: number;
  readonly gatherMs: number;
  readonly parallelWrites: number;
  readonly worthwhileRows: number;
  /** Writes a batch and settles its submissions; never rejects. */
  readonly runBatch: (batch: readonly Pending<T>[]) => Promise<void>;
}

export interface BatchScheduler<T> {
  add(pending: Pending<T>): void;
  /** Runs everything that was added, without gathering any longer. */
  drain(): Promise<void>;
}

const rowsOf = <T>(batch: readonly Pending<T>[]): number =>
  batch.reduce((sum, { submission }) => sum + submission.rows, 0);

/** Decides when a batch begins: group commit. While one is written, the next one gathers by itself. */
export const createBatchScheduler = <T>(options: BatchSchedulerOptions<T>): BatchScheduler<T> => {
  const { maxBatchRows, gatherMs, parallelWrites, worthwhileRows, runBatch } = options;
  const queue = createSubmissionQueue<T>();
  const running = new Set<Promise<void>>();
  let queuedRows = 0;
  let gathering = false;

  const mayStart = (): boolean =>
    running.size === 0 ? !queue.isEmpty : running.size < parallelWrites && queuedRows >= worthwhileRows;

  const start = (): void => {
    while (mayStart()) {
      const taken = queue.take(maxBatchRows);
      queuedRows -= rowsOf(taken);
      const batch = runBatch(taken).finally(() => {
        running.delete(batch);
        // What came while this batch was written has waited long enough.
        start();
      });
      running.add(batch);
    }
  };

  const startSoon = (): void => {
    if (gathering || !mayStart()) return;
    gathering = true;
    const begin = () => {
      gathering = false;
      start();
    };
    if (gatherMs === 0) setImmediate(begin);
    else setTimeout(begin, gatherMs);
  };

  return {
    add: (pending) => {
      queue.add(pending);
      queuedRows += pending.submission.rows;
      startSoon();
    },
    drain: async () => {
      start();
      while (running.size > 0) await Promise.allSettled(running);
    },
  };
};
