import type { Readable } from 'node:stream';

/** Rows of one statement. `rowCount` is the number of rows returned or changed. */
export interface QueryResult<Row> {
  readonly rows: Row[];
  readonly rowCount: number;
}

/**
 * Something that runs SQL: the pool or an open transaction. Stores take it as their first argument.
 * Errors: a `DatabaseUnavailable` when no connection can be had or the server went away (retryable, 503),
 * a `pg.DatabaseError` with its SQLSTATE otherwise.
 */
export interface Executor {
  query<Row extends object = Record<string, unknown>>(
    sql: string,
    values?: readonly unknown[],
  ): Promise<QueryResult<Row>>;
  /** Like `query`, as a prepared statement kept by this name on each connection: for hot statements only. */
  prepared<Row extends object = Record<string, unknown>>(
    name: string,
    sql: string,
    values: readonly unknown[],
  ): Promise<QueryResult<Row>>;
}

/** An open transaction. It ends with the callback that received it; using it later throws. */
export interface Tx extends Executor {
  readonly isTransaction: true;
  /** Runs `work` behind a savepoint: if it throws, only its own changes are undone. */
  savepoint<T>(work: () => Promise<T>): Promise<T>;
  /**
   * Streams rows in PostgreSQL's text COPY format (see `copy-format.ts`), or in its binary one, into `table`; answers
   * the number of rows.
   */
  copyIn(
    table: string,
    columns: readonly string[],
    data: Buffer | Readable,
    format?: 'text' | 'binary',
  ): Promise<number>;
  /**
   * Streams the rows of a SELECT in PostgreSQL's binary COPY format, one call of `onRow` each, and answers their
   * number. `$1` … stand for texts and whole numbers. A row's bytes are good until `onRow` returns.
   */
  copyOut(
    select: string,
    values: readonly (string | number)[],
    onRow: (row: Buffer) => void,
  ): Promise<number>;
  /**
   * Delivered to every replica's listeners when this transaction commits: to this process's before `transaction`
   * resolves, so that its caches know what it was just told, and to all within milliseconds, this one once more.
   * Payload at most 7,999 bytes.
   */
  notify(channel: string, payload: string): Promise<void>;
}

/** Gauges of the connection pool. */
export interface PoolStats {
  readonly total: number;
  readonly idle: number;
  readonly waiting: number;
  readonly max: number;
}

/** A channel's listener. */
export interface Subscription {
  close(): Promise<void>;
}

export interface ListenHandlers {
  onNotification(payload: string): void;
  /**
   * The listening connection was lost (`connected: false`) or is back (`connected: true`). Messages sent in
   * between are gone: a cache that depends on them must drop what it holds when it hears either.
   */
  onConnection?(connected: boolean): void;
}

/** PostgreSQL as the rest of the server sees it. One per process. */
export interface Database extends Executor {
  /**
   * Runs `work` in a transaction: commits when it resolves, rolls back when it rejects.
   * `statementTimeoutMs` replaces the pool's for this transaction (migrations, maintenance).
   */
  transaction<T>(
    work: (tx: Tx) => Promise<T>,
    options?: { readonly statementTimeoutMs?: number },
  ): Promise<T>;
  /** One shared connection per process listens to all channels and reconnects by itself. */
  listen(channel: string, handlers: ListenHandlers): Promise<Subscription>;
  stats(): PoolStats;
  /** Answers within `timeoutMs` whether the database answers `SELECT 1`. Never throws. */
  ping(timeoutMs: number): Promise<boolean>;
  /** Waits for running statements, then closes every connection. */
  close(): Promise<void>;
}
