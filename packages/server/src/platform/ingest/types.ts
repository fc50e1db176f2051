import type { Executor, Tx } from '../database/types.ts';
import type { IdempotencyClaim } from '../idempotency/index.ts';

/** What the request is answered once its rows are durable. */
export interface IngestAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** The accepted records of one request. They are stored together or not at all. */
export interface Submission<T> {
  readonly item: T;
  /** How many rows it holds: what the bounds count. */
  readonly rows: number;
  readonly answer: IngestAnswer;
  /** Where only the transaction finds out what to answer: asked after the rows were written; `answer` counts without it. */
  readonly answerAfter?: (() => IngestAnswer) | undefined;
  readonly idempotency?: IdempotencyClaim | undefined;
}

/** `replayed`: the rows were stored by an earlier request with the same key, and this is what that one was told. */
export interface Receipt extends IngestAnswer {
  readonly replayed: boolean;
}

/** One batch that ended. `rows`: how many were stored; `requests`: how many it held. Durations in milliseconds. */
export interface BatchReport {
  readonly rows: number;
  readonly requests: number;
  readonly durationMs: number;
}

/** Writes the items of many requests in one transaction; it must not catch the errors of its statements. */
export type WriteItems<T> = (tx: Tx, items: readonly T[]) => Promise<void>;

/**
 * The same for items that one statement writes; undefined where these need more. A statement is whole or not at all by itself:
 * without a transaction around it, it takes a third of the round trips.
 */
export type WriteAtOnce<T> = (items: readonly T[]) => ((db: Executor) => Promise<void>) | undefined;

export interface BatchWriter<T> {
  /**
   * Resolves after the COMMIT that holds the rows. Rejects with an AppError: `overloaded` (429) when the buffer is
   * full, `body_too_large` (413) for more rows than the buffer ever holds, `database_unavailable` (503) when PostgreSQL is away or does not commit in time, `storage_full` (507),
   * `idempotency_key_reused` (422), `validation_failed` (422) when PostgreSQL refuses these rows, `shutting_down`.
   */
  submit(submission: Submission<T>): Promise<Receipt>;
  /** The stored first answer of a key, if there is one. Throws `idempotency_key_reused` (422) for another payload. */
  findReceipt(claim: IdempotencyClaim): Promise<Receipt | undefined>;
  /** Rows that are accepted and not yet committed. */
  bufferedRows(): number;
  /** Takes no more, and resolves when everything that was accepted is committed or refused. */
  close(): Promise<void>;
}
