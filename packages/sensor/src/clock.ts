/** Wall and monotonic time and waiting, as an argument. */
export interface Clock {
  /** Wall time; may jump. Use it for what people read. */
  now(): Date;
  /** Milliseconds from an arbitrary origin; never jumps. Use it for intervals and deadlines. */
  monotonicMs(): number;
  /** Resolves after `ms`, or at once when `signal` aborts. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Timers above this overflow in Node and would fire at once. */
const maxSleepMs = 2_147_483_647;

const sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal?.aborted === true) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, Math.min(Math.max(0, ms), maxSleepMs));
    signal?.addEventListener('abort', done, { once: true });
  });

export const systemClock = (): Clock => ({
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  sleep,
});
