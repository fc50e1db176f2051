import type { Logger } from 'pino';
import type { Export, Forwarder, Signal } from './deps.ts';

/** Sends one export on; rejects when it was not taken. */
export type SendExport = (signal: Signal, sent: Export) => Promise<void>;

export interface ForwarderDeps {
  readonly send: SendExport;
  readonly log: Pick<Logger, 'warn' | 'info'>;
  readonly sleep: (ms: number) => Promise<void>;
  readonly onForward: (signal: Signal, outcome: 'sent' | 'dropped') => void;
}

/** Exports that wait, in bytes; a Collector that is away longer than this lasts loses the newest. */
const maxWaitingBytes = 64 * 1024 * 1024;
const maxAttempts = 6;
const firstRetryMs = 500;

interface Waiting {
  readonly signal: Signal;
  readonly sent: Export;
}

/**
 * Hands exports on in the order in which they came, one at a time, each up to six times. The way in never waits for it:
 * what does not fit any more is dropped, counted and said once per outage.
 */
export const createForwarder = (deps: ForwarderDeps): Forwarder & { readonly close: () => Promise<void> } => {
  const { send, log, sleep, onForward } = deps;
  const waiting: Waiting[] = [];
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
    for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
      try {
        await send(item.signal, item.sent);
        onForward(item.signal, 'sent');
        if (losing) log.info('exports are handed on to OTLP_ENDPOINT again');
        losing = false;
        return;
      } catch (error) {
        if (attempt === maxAttempts || closed)
          drop(item, error instanceof Error ? error.message : 'it was not taken');
        else await sleep(firstRetryMs * 2 ** (attempt - 1));
        if (closed) return;
      }
    }
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
      if (closed || bytes + sent.bytes.length > maxWaitingBytes) {
        drop(item, 'too much waits already');
        return;
      }
      bytes += sent.bytes.length;
      waiting.push(item);
      running ??= drain();
    },
    close: async () => {
      closed = true;
      await running;
    },
  };
};
