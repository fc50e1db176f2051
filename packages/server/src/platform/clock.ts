/** Wall and monotonic time as an argument, so that decisions about time can be tested without waiting. */
export interface Clock {
  /** Wall time in milliseconds since the Unix epoch; may jump. Use it for what people read. */
  nowMs(): number;
  /** Monotonic time in milliseconds from an arbitrary origin; never jumps. Use it for timeouts, leases and durations. */
  monotonicMs(): number;
}

/** The real clock of this process. */
export const systemClock = (): Clock => ({
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
});
