/** What a full queue tells whoever is refused. */
export interface QueuePressure {
  readonly waiting: number;
  /** A guess from recent work: how long the queue needs to empty. */
  readonly drainMs: number;
}

export interface BoundedQueueOptions {
  readonly concurrency: number;
  readonly maxWaiting: number;
  readonly monotonicMs: () => number;
  /** The error of a refusal. */
  readonly refuse: (pressure: QueuePressure) => Error;
}

export interface BoundedQueue {
  /** Runs `work` when its turn comes; rejects at once when the queue is full. */
  run<T>(work: () => Promise<T>): Promise<T>;
  stats(): { readonly running: number; readonly waiting: number };
}

// The newest measurement counts a fifth, so that the guess follows load within a few jobs.
const averageWeight = 0.2;
const firstGuessMs = 200;

/** First come, first served, with a fixed number at work and a bounded number waiting. */
export const createBoundedQueue = (options: BoundedQueueOptions): BoundedQueue => {
  const { concurrency, maxWaiting, monotonicMs, refuse } = options;
  const waiting: (() => void)[] = [];
  let running = 0;
  let averageMs = firstGuessMs;

  const measured = async <T>(work: () => Promise<T>): Promise<T> => {
    const startedMs = monotonicMs();
    try {
      return await work();
    } finally {
      averageMs += averageWeight * (monotonicMs() - startedMs - averageMs);
    }
  };
  const release = (): void => {
    const next = waiting.shift();
    // The slot is handed over without becoming free, so that nobody can slip in between.
    if (next === undefined) running -= 1;
    else next();
  };
  const acquire = async (): Promise<void> => {
    if (running < concurrency) {
      running += 1;
      return;
    }
    if (waiting.length >= maxWaiting) {
      throw refuse({ waiting: waiting.length, drainMs: (waiting.length * averageMs) / concurrency });
    }
    await new Promise<void>((resolve) => waiting.push(resolve));
  };

  return {
    run: async (work) => {
      await acquire();
      try {
        return await measured(work);
      } finally {
        release();
      }
    },
    stats: () => ({ running, waiting: waiting.length }),
  };
};
