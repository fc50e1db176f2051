/** A bell that many may wait for. */
export interface Wake {
  ring(): void;
  /** Resolves at the next ring, after `ms`, or when `signal` aborts. `whole`: not at a ring. */
  wait(ms: number, signal: AbortSignal, how?: 'ring' | 'whole'): Promise<void>;
}

export const createWake = (): Wake => {
  const waiting = new Set<() => void>();
  // A ring that nobody heard is kept for the next who listens for rings.
  let rung = false;
  return {
    ring: () => {
      rung = waiting.size === 0;
      for (const wake of waiting) wake();
    },
    wait: (ms, signal, how = 'ring') => {
      if (signal.aborted) return Promise.resolve();
      if (how === 'ring' && rung) {
        rung = false;
        return Promise.resolve();
      }
      return new Promise((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          waiting.delete(done);
          signal.removeEventListener('abort', done);
          resolve();
        };
        const timer = setTimeout(done, ms);
        signal.addEventListener('abort', done);
        if (how === 'ring') waiting.add(done);
      });
    },
  };
};
