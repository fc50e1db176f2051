import type { Logger } from 'pino';
import type { Export, Forwarder, Signal } from '../deps.ts';

/** Sends one export on; rejects when it was not taken: with `ForwardRefused` where it never will be. */
export type SendExport = (signal: Signal, sent: Export, ending: AbortSignal) => Promise<void>;

/** It is not taken, and would not be the next time: another attempt only holds up what is behind it. */
export class ForwardRefused extends Error {
  override readonly name = 'ForwardRefused';
}

export interface ForwarderDeps {
  readonly send: SendExport;
  readonly log: Pick<Logger, 'warn' | 'info'>;
  /** Resolves after the time, or when the signal aborts. */
  readonly sleep: (ms: number, ending: AbortSignal) => Promise<void>;
  readonly onForward: (signal: Signal, outcome: 'sent' | 'dropped') => void;
}

/** Exports that wait, in bytes; a Collector that is away longer than this lasts loses the newest. */
const maxWaitingBytes = 64 * 1024 * 1024;
const maxAttempts = 6;
const firstRetryMs = 500;
/** What still waits at the end has this long, all of it together. */
const defaultGraceMs = 5_000;

interface Waiting {
  readonly signal: Signal;
  readonly sent: Export;
}

export interface ClosableForwarder extends Forwarder {
  /** Takes no more, hands on what it can within `graceMs`, and drops the rest. */
  close(graceMs?: number): Promise<void>;
}

/**
 * Hands exports on in the order in which they came, one at a time, each up to six times. The way in never waits for it:
 * what does not fit any more is dropped, counted and said once per outage.
 */
export const createForwarder = (deps: ForwarderDeps): ClosableForwarder => {
  const { send, log, sleep, onForward } = deps;
  const waiting: Waiting[] = [];
  const ending = new AbortController();
  let bytes = 0;
  let closed = false;
  let losing = false;
  let running: Promise<void> | undefined;

  const drop = ({ signal }: Waiting, why: string): void => {
    onForward(signal, 'dropped');
    if (!losing)
      log.warn({ signal, why }, 'exports are not handed on to OTLP_ENDPOINT: what it misses is lost to it');
    losing = true;
  };
  const deliver = async (item: Waiting): Promise<void> => {
    for (let attempt = 1; !ending.signal.aborted; attempt += 1) {
      try {
        await send(item.signal, item.sent, ending.signal);
        onForward(item.signal, 'sent');
        if (losing) log.info('exports are handed on to OTLP_ENDPOINT again');
        losing = false;
        return;
      } catch (error) {
        if (attempt === maxAttempts || closed || error instanceof ForwardRefused)
          return drop(item, error instanceof Error ? error.message : 'it was not taken');
        await sleep(firstRetryMs * 2 ** (attempt - 1), ending.signal);
      }
    }
    drop(item, 'the server ends');
  };
  const drain = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
      await deliver(item);
      bytes -= item.sent.bytes.length;
    }
    running = undefined;
  };
  return {
    forward: (signal, sent) => {
      const item = { signal, sent };
      if (closed || bytes + sent.bytes.length > maxWaitingBytes)
        return drop(item, closed ? 'the server ends' : 'too much waits already');
      bytes += sent.bytes.length;
      waiting.push(item);
      running ??= drain();
    },
    close: async (graceMs = defaultGraceMs) => {
      closed = true;
      const timer = setTimeout(() => ending.abort(), graceMs);
      await running;
      clearTimeout(timer);
    },
  };
};
