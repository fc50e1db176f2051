import type { ReadableSpan } from '@opentelemetry/sdk-trace';

/** Why spans were given up. */
export type DropReason =
  /** The Collector is away or slower than we are. */
  | 'queue_full'
  /** The Collector refused them, or stayed away for every attempt. */
  | 'export_failed'
  /** The server ended before they could be sent. */
  | 'shutdown'
  /** One trace had more spans than anybody reads. */
  | 'trace_too_large';

/** What the queue needs of an SDK's exporter. Code 0 is success. */
export interface SpanSink {
  export(
    spans: ReadableSpan[],
    done: (result: { readonly code: number; readonly error?: Error }) => void,
  ): void;
}

export interface SpanQueueDeps {
  readonly exporter: SpanSink;
  readonly onDropped: (reason: DropReason, spans: number) => void;
  readonly onExported: (spans: number) => void;
  /** Every attempt that failed. */
  readonly onFailure: (error: unknown) => void;
}

export interface SpanQueue {
  add(span: ReadableSpan): void;
  /** Spans that wait or are under way. */
  size(): number;
  /** Sends what waits until it is empty or an attempt fails, and takes no more. Never rejects. */
  close(): Promise<void>;
  /** Counts what is left as lost; after `close`, or instead of waiting for it. */
  abandon(): void;
}

/** Some 2 MB at most: seconds of a busy server, which is what a Collector's restart takes. */
export const maxQueuedSpans = 2048;
/** The SDKs' usual batch; well below gRPC's 4 MiB of a message. */
const maxBatchSpans = 512;
/** How long a span waits for company. */
const lingerMs = 1000;
/** Failures are seen as passing until the last of these; a batch that is refused must not block the ones behind it. */
const maxAttempts = 5;
const firstBackoffMs = 1000;

const attempt = (exporter: SpanSink, batch: ReadableSpan[]): Promise<unknown> =>
  new Promise((resolve) => {
    try {
      exporter.export(batch, ({ code, error }) => {
        resolve(code === 0 ? undefined : (error ?? new Error('The export failed')));
      });
    } catch (error) {
      resolve(error ?? new Error('The export failed'));
    }
  });

/** One attempt with the oldest spans; they leave the queue when they are sent or, on the last attempt, lost. */
const sendOldest = async (
  deps: SpanQueueDeps,
  waiting: ReadableSpan[],
  isLast: boolean,
): Promise<unknown> => {
  const batch = waiting.slice(0, maxBatchSpans);
  const error = await attempt(deps.exporter, batch);
  // `abandon` may have emptied the queue meanwhile, and counted these.
  const settled = Math.min(batch.length, waiting.length);
  if (error !== undefined) deps.onFailure(error);
  if (error === undefined || isLast) waiting.splice(0, settled);
  if (error === undefined) deps.onExported(settled);
  else if (isLast) deps.onDropped('export_failed', settled);
  return error;
};

const pauseMs = (failures: number, waiting: number): number => {
  if (failures > 0) return firstBackoffMs * 2 ** (failures - 1);
  return waiting >= maxBatchSpans ? 0 : lingerMs;
};

/** A bounded queue before an exporter: adding never waits and never throws, what does not fit is counted. */
export const createSpanQueue = (deps: SpanQueueDeps): SpanQueue => {
  const waiting: ReadableSpan[] = [];
  let failures = 0;
  let underWay: Promise<boolean> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const sendBatch = async (): Promise<boolean> => {
    const isLast = failures + 1 >= maxAttempts;
    const error = await sendOldest(deps, waiting, isLast);
    failures = error === undefined || isLast ? 0 : failures + 1;
    return error === undefined;
  };

  const send = (): Promise<boolean> =>
    (underWay ??= sendBatch().finally(() => {
      underWay = undefined;
      if (!closed && waiting.length > 0) schedule();
    }));

  const schedule = (): void => {
    clearTimeout(timer);
    timer = setTimeout(
      () => {
        timer = undefined;
        void send();
      },
      pauseMs(failures, waiting.length),
    );
    timer.unref();
  };

  return {
    add: (span) => {
      if (closed || waiting.length >= maxQueuedSpans) {
        deps.onDropped(closed ? 'shutdown' : 'queue_full', 1);
        return;
      }
      waiting.push(span);
      const isFullBatch = waiting.length === maxBatchSpans && failures === 0;
      if (underWay === undefined && (timer === undefined || isFullBatch)) schedule();
    },
    size: () => waiting.length,
    close: async () => {
      closed = true;
      clearTimeout(timer);
      await underWay;
      while (waiting.length > 0 && (await send()));
    },
    abandon: () => {
      closed = true;
      if (waiting.length > 0) deps.onDropped('shutdown', waiting.length);
      waiting.length = 0;
    },
  };
};
