import { setTimeout as sleep } from 'node:timers/promises';
import type { DatabaseLog } from './log.ts';

/** Times in milliseconds. */
export interface HangTimes {
  /** A statement that runs longer than this makes the server suspect. */
  readonly suspectMs: number;
  /** A suspect server that does not answer a fresh connection within this hangs. */
  readonly probeMs: number;
}

// Requests to a server that froze fail within the sum, plus one interval; a server under load answers sooner.
export const defaultHangTimes: HangTimes = { suspectMs: 3_000, probeMs: 5_000 };

/** One statement or transaction under way. `abandon` makes it fail at once. */
interface Flight {
  readonly startedMs: number;
  abandon(): void;
}

export interface HangWatch {
  /** True while the server is known to hang: ask nothing of it. */
  isHung(): boolean;
  /** Watches a piece of work until the answered function is called. */
  track(abandon: () => void): () => void;
  close(): void;
}

const checkIntervalMs = 500;
// A long statement on a healthy server costs one probing connection in this time.
const probePauseMs = 5_000;

/**
 * A server that froze (stopped process, stalled disk, silent network) answers neither statements nor timeouts of its
 * own. When a statement takes suspiciously long, a fresh connection is tried; if that is not answered either, all
 * that waits fails at once, and so does what comes, until the server answers again.
 */
export const createHangWatch = (options: {
  /** Whether the server gives any answer, a refusal included. Never rejects. */
  probe: (timeoutMs: number) => Promise<boolean>;
  times: HangTimes;
  monotonicMs: () => number;
  log: DatabaseLog;
}): HangWatch => {
  const { probe, times, monotonicMs, log } = options;
  const flights = new Set<Flight>();
  const stopping = new AbortController();
  let hung = false;
  let looking = false;
  let lastProbeMs = Number.NEGATIVE_INFINITY;

  const recover = async (): Promise<void> => {
    while (!stopping.signal.aborted && !(await probe(times.probeMs))) {
      await sleep(checkIntervalMs, undefined, { ref: false, signal: stopping.signal }).catch(() => undefined);
    }
    hung = false;
    if (!stopping.signal.aborted) log.info({}, 'the database answers again');
  };

  const look = async (): Promise<void> => {
    const nowMs = monotonicMs();
    const suspect = [...flights].some((flight) => nowMs - flight.startedMs > times.suspectMs);
    if (!suspect || nowMs - lastProbeMs < probePauseMs) return;
    const answered = await probe(times.probeMs);
    lastProbeMs = monotonicMs();
    if (answered || stopping.signal.aborted) return;
    hung = true;
    log.error({ waiting: flights.size }, 'the database does not answer; what waits for it fails');
    for (const flight of flights) flight.abandon();
    await recover();
  };

  const timer = setInterval(() => {
    if (looking || flights.size === 0) return;
    looking = true;
    void look().finally(() => (looking = false));
  }, checkIntervalMs).unref();

  return {
    isHung: () => hung,
    track: (abandon) => {
      const flight = { startedMs: monotonicMs(), abandon };
      flights.add(flight);
      return () => flights.delete(flight);
    },
    close: () => {
      stopping.abort();
      clearInterval(timer);
    },
  };
};
