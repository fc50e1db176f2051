import type { Executor, Tx } from '../database/types.ts';

/** One message as a worker gets it. */
export interface QueueMessage {
  /** Decimal text of a bigint. */
  readonly id: string;
  readonly readCount: number;
  readonly enqueuedAt: Date;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, unknown>> | null;
}

export interface SendOptions {
  readonly delaySeconds?: number;
  readonly headers?: Readonly<Record<string, unknown>>;
}

/** Sends; give it the transaction that writes the rows that the message speaks of. */
export interface QueueSender {
  /** Answers the message's id. Errors: `RangeError` for a message beyond the bounds, 42P01 where no queue is. */
  send(db: Executor | Tx, queue: string, body: unknown, options?: SendOptions): Promise<string>;
  /** Answers the ids in the order of `bodies`; all get the same options. */
  sendBatch(
    db: Executor | Tx,
    queue: string,
    bodies: readonly unknown[],
    options?: SendOptions,
  ): Promise<readonly string[]>;
}

/** What a handler decides: done (archived or deleted), again later, or never again. */
export type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'retry'; readonly reason: string; readonly delaySeconds?: number }
  | { readonly kind: 'dead'; readonly reason: string };

/** Context of one delivery. `signal` aborts when the worker stops or visibility was lost to another worker. */
export interface DeliveryContext {
  readonly signal: AbortSignal;
  readonly attempt: number;
}

/** Handlers are idempotent: a message comes at least once. Throwing is a retry with the error's message as reason. */
export type QueueHandler = (message: QueueMessage, context: DeliveryContext) => Promise<Outcome>;

/**
 * What the handler writes through `tx` and the end of its message commit together, so each effect happens exactly once.
 * Anything but `done` rolls `tx` back. Holds one connection of the pool while it runs.
 */
export type TransactionHandler = (
  message: QueueMessage,
  tx: Tx,
  context: DeliveryContext,
) => Promise<Outcome>;

export interface WorkerSettings {
  readonly queue: string;
  /** Messages under way at once. With `handleInTransaction`, fewer than the pool has connections. */
  readonly concurrency: number;
  /** How long a message stays invisible before its heartbeat is due; extended while the handler runs. Whole seconds. */
  readonly visibilitySeconds?: number;
  /** Attempts before it is dead. */
  readonly maxAttempts?: number;
  /** A handler that runs longer is aborted, and its message tried again later. */
  readonly maxRunSeconds?: number;
  /** What becomes of messages that are done; `archive` unless told. The archive is the caller's to prune. */
  readonly whenDone?: 'archive' | 'delete';
  /** `group`: messages of one `x-pgmq-group` header one after another, in the order in which they were sent. */
  readonly ordering?: 'none' | 'group';
  /** Bounds of the growing pause before another attempt; each pause is random up to the bound (full jitter). */
  readonly backoff?: { readonly firstMs: number; readonly longestMs: number };
}

export type WorkerOptions = WorkerSettings &
  (
    | { readonly handler: QueueHandler; readonly handleInTransaction?: never }
    | { readonly handleInTransaction: TransactionHandler; readonly handler?: never }
  );

/** What became of deliveries: `lost` is visibility lost to another worker, `returned` is given back by a stop. */
export type DeliveryResult = 'done' | 'retry' | 'dead' | 'lost' | 'returned';

export interface QueueWorker {
  /** Makes the queue where there is none and begins to read. Errors: `DatabaseUnavailable`. */
  start(): Promise<void>;
  /** Takes no more; waits for what is under way within `graceMs`, then gives it back at once. */
  stop(graceMs: number): Promise<void>;
}

/** How a queue stands. Ages in seconds, null where it is empty. */
export interface QueueDepth {
  readonly queue: string;
  /** Everything that is in the queue: visible, delayed and under way. */
  readonly messages: number;
  readonly visible: number;
  readonly oldestAgeSeconds: number | null;
  /** Messages that were ever sent to it. */
  readonly sent: number;
  readonly deadLetters: number;
}
