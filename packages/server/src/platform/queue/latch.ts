/** Wakes one waiter; an opening that nobody waits for is remembered for the next. */
export interface Latch {
  open(): void;
  /** Resolves when opened, or after `timeoutMs`. */
  wait(timeoutMs: number): Promise<void>;
  /** Forgets an opening that nobody waited for. */
  reset(): void;
}

export const createLatch = (): Latch => {
  let opened = false;
  let wake: (() => void) | undefined;
  return {
    open: () => {
      opened = true;
      wake?.();
    },
    wait: (timeoutMs) =>
      new Promise((resolve) => {
        const done = () => {
          clearTimeout(timer);
          wake = undefined;
          opened = false;
          resolve();
        };
        const timer = setTimeout(done, timeoutMs);
        wake = done;
        if (opened) done();
      }),
    reset: () => {
      opened = false;
    },
  };
};
