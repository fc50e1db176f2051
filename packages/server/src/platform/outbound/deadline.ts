import { OutboundFailure } from './types.ts';

/** The end of one exchange, whoever brings it about. The signal's reason is the `OutboundFailure` to answer with. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Ends `work` early for the caller when the signal fires; `work` itself must end by its own bounds. */
  race<T>(work: Promise<T>): Promise<T>;
  dispose(): void;
}

/** Timers of Node run on the monotonic clock: a stepped wall clock neither shortens nor stretches the deadline. */
export const createDeadline = ({
  timeoutMs,
  aborts,
}: {
  readonly timeoutMs: number;
  readonly aborts: readonly AbortSignal[];
}): Deadline => {
  const controller = new AbortController();
  const abort = (): void => {
    controller.abort(new OutboundFailure('aborted', 'the request was given up', { retryable: true }));
  };
  const timer = setTimeout(() => {
    const detail = `there was no complete answer within ${String(timeoutMs)} ms`;
    controller.abort(new OutboundFailure('timeout', detail, { retryable: true }));
  }, timeoutMs);
  for (const signal of aborts) {
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  }
  return {
    signal: controller.signal,
    race: (work) => raceAgainst(controller.signal, work),
    dispose: () => {
      clearTimeout(timer);
      for (const signal of aborts) signal.removeEventListener('abort', abort);
    },
  };
};

const raceAgainst = <T>(signal: AbortSignal, work: Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    const stop = (): void => {
      reject(signal.reason as OutboundFailure);
    };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', stop);
    });
  });
