import { Readable } from 'node:stream';

/** One event of a `text/event-stream` (HTML Living Standard, section 9.2). `data` may have several lines. */
export interface ServerSentEvent {
  readonly event?: string;
  readonly id?: string;
  readonly data: string;
}

const oneLine = (text: string): string => text.replaceAll(/[\r\n\0]/g, ' ');

export const formatEvent = ({ event, id, data }: ServerSentEvent): string => {
  const head = `${event === undefined ? '' : `event: ${oneLine(event)}\n`}${id === undefined ? '' : `id: ${oneLine(id)}\n`}`;
  const lines = data
    .split(/\r\n|\r|\n/)
    .map((line) => `data: ${line}\n`)
    .join('');
  return `${head}${lines}\n`;
};

export interface EventStreamOptions {
  /** Frames, as `formatEvent` makes them; ends soon after the signal aborts. Pulled only as fast as the client reads. */
  readonly source: (signal: AbortSignal) => AsyncIterator<string>;
  /** Of the request: the client is gone, or the server stops. */
  readonly signal: AbortSignal;
  /** Throws when the caller may not read any more; asked at most every second, before anything is sent. */
  readonly recheck: () => Promise<void>;
  /** A comment is sent where nothing else was for so long, so that proxies keep the connection. */
  readonly heartbeatMs?: number;
  /** A client that takes nothing for so long is cut off. */
  readonly stallMs?: number;
  /** Called once, however it ends. */
  readonly onClose?: () => void;
}

const defaultHeartbeatMs = 15_000;
const defaultStallMs = 60_000;
const recheckEveryMs = 1_000;
/** How long a browser waits before it connects again. */
const retryMs = 2_000;
const heartbeat = ': \n\n';

/** Resolves with the source's next frame, or undefined after `ms` without one. */
const nextOrBeat = async <T>(pending: Promise<T>, ms: number): Promise<T | undefined> => {
  let timer: NodeJS.Timeout | undefined;
  const beat = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, ms, undefined);
  });
  try {
    return await Promise.race([pending, beat]);
  } finally {
    clearTimeout(timer);
  }
};

async function* frames(
  options: EventStreamOptions,
  signal: AbortSignal,
  close: () => void,
): AsyncGenerator<string> {
  const { recheck, heartbeatMs = defaultHeartbeatMs } = options;
  const source = options.source(signal);
  let checkedAt = performance.now();
  yield `retry: ${String(retryMs)}\n\n`;
  try {
    let pending = source.next();
    for (;;) {
      const next = await nextOrBeat(pending, heartbeatMs);
      if (signal.aborted || next?.done === true) return;
      if (performance.now() - checkedAt >= recheckEveryMs) {
        // Refused now: the stream ends, and whoever connects again hears why.
        if (!(await recheck().then(() => true, () => false))) return; // prettier-ignore
        checkedAt = performance.now();
      }
      yield next === undefined ? heartbeat : next.value;
      if (next !== undefined) pending = source.next();
    }
  } finally {
    // A source that still waits for its next frame ends by the signal.
    close();
    await source.return?.();
  }
}

/** The body of a `text/event-stream` answer: heartbeats, back-pressure, and an end for those who may not read any more. */
export const eventStream = (options: EventStreamOptions): Readable => {
  const { stallMs = defaultStallMs } = options;
  const closing = new AbortController();
  const signal = AbortSignal.any([options.signal, closing.signal]);
  const pieces = frames(options, signal, () => {
    closing.abort();
  });
  // Since when there is something that the client does not take.
  let fullSince = Infinity;
  const stream = new Readable({
    highWaterMark: 64 * 1024,
    read() {
      fullSince = Infinity;
      pieces.next().then(
        (next) => {
          if (next.done === true) this.push(null);
          else if (!this.push(next.value)) fullSince = performance.now();
        },
        (error: unknown) => {
          this.destroy(error instanceof Error ? error : new Error(String(error)));
        },
      );
    },
    destroy(error, done) {
      closing.abort();
      clearInterval(watch);
      options.onClose?.();
      done(error);
    },
  });
  const watch = setInterval(() => {
    if (performance.now() - fullSince > stallMs) stream.destroy();
  }, stallMs / 4);
  watch.unref();
  signal.addEventListener('abort', () => {
    void pieces.return(undefined).catch(() => undefined);
  });
  return stream;
};

export const eventStreamHeaders: Readonly<Record<string, string>> = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
};
