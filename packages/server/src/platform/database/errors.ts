import pg from 'pg';

/** The server could not be reached, went away, or had no connection to give. Retryable: answer 503. */
export class DatabaseUnavailable extends Error {
  readonly kind = 'database_unavailable';
  readonly retryable = true;
  /** True when a COMMIT was under way: whether its changes are stored is not known. */
  readonly outcomeUnknown: boolean;

  constructor(message: string, options: { cause?: unknown; outcomeUnknown?: boolean } = {}) {
    super(message, { cause: options.cause });
    this.name = 'DatabaseUnavailable';
    this.outcomeUnknown = options.outcomeUnknown ?? false;
  }
}

/** A statement ran longer than the statement timeout and was cancelled; the connection is still good. */
export class StatementTimeout extends Error {
  readonly kind = 'statement_timeout';
  readonly retryable = false;

  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'StatementTimeout';
  }
}

export const isDatabaseUnavailable = (error: unknown): error is DatabaseUnavailable =>
  error instanceof DatabaseUnavailable;

export const isStatementTimeout = (error: unknown): error is StatementTimeout =>
  error instanceof StatementTimeout;

/** The SQLSTATE of an error that PostgreSQL reported, else undefined. */
export const sqlStateOf = (error: unknown): string | undefined =>
  error instanceof pg.DatabaseError ? error.code : undefined;

export const isUniqueViolation = (error: unknown): boolean => sqlStateOf(error) === '23505';

// admin_shutdown, crash_shutdown, cannot_connect_now, database_dropped, idle timeouts, too_many_connections.
const unavailableStates = new Set(['57P01', '57P02', '57P03', '57P04', '57P05', '25P03', '53300']);

const unavailableCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EACCES',
  'EADDRNOTAVAIL',
  'ENOTSOCK',
]);

// `pg` and its pool report these conditions by message only; they carry no code.
const unavailableMessages =
  /^(connection terminated|timeout (exceeded when trying to connect|expired)|client has encountered a connection error|query read timeout|client was closed|cannot use a pool after calling end|connection ended unexpectedly|the client is not queryable)/i;

const codeOf = (error: Error): string | undefined =>
  'code' in error && typeof error.code === 'string' ? error.code : undefined;

const isUnavailable = (error: Error): boolean => {
  const code = codeOf(error);
  if (code !== undefined && (unavailableStates.has(code) || code.startsWith('08'))) return true;
  if (error instanceof pg.DatabaseError) return false;
  if (error instanceof AggregateError)
    return error.errors.some((each) => each instanceof Error && isUnavailable(each));
  return (code !== undefined && unavailableCodes.has(code)) || unavailableMessages.test(error.message);
};

/**
 * Sorts what `pg` throws into the kinds that callers tell apart; an error that is neither the server's absence
 * nor a timeout is answered as it is. `committing` says that a COMMIT was under way.
 */
export const toDatabaseError = (error: unknown, committing = false): unknown => {
  if (
    !(error instanceof Error) ||
    error instanceof DatabaseUnavailable ||
    error instanceof StatementTimeout
  ) {
    return error;
  }
  if (isUnavailable(error)) {
    // An AggregateError of refused addresses has no message of its own.
    const words = error.message === '' ? (codeOf(error) ?? error.name) : error.message;
    const message = `The database is not available: ${words}`;
    return new DatabaseUnavailable(message, { cause: error, outcomeUnknown: committing });
  }
  if (sqlStateOf(error) === '57014') {
    return new StatementTimeout(`A database statement was cancelled: ${error.message}`, { cause: error });
  }
  return error;
};
