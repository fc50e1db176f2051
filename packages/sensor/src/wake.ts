import type { Clock } from './clock.ts';

/** Lets one loop interrupt the waiting of another. A wake while nobody waits is kept for the next wait. */
export interface Wake {
  wake(): void;
  /** Resolves after `ms`, on `wake`, or when `signal` aborts. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

export const createWake = ({ clock }: { clock: Clock }): Wake => {
  let pending = false;
  let interrupt: AbortController | undefined;
  return {
    wake: () => {
      pending = true;
      interrupt?.abort();
    },
    wait: async (ms, signal) => {
      if (!pending) {
        const own = new AbortController();
        interrupt = own;
        const stop = (): void => own.abort();
        signal.addEventListener('abort', stop, { once: true });
        if (signal.aborted) stop();
        await clock.sleep(ms, own.signal);
        signal.removeEventListener('abort', stop);
        interrupt = undefined;
      }
      pending = false;
    },
  };
};
