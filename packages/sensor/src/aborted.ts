/** Asks the signal now: an `await` may have changed what an earlier look at `signal.aborted` told. */
export const isAborted = (signal: AbortSignal): boolean => signal.aborted;
