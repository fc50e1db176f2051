import { errorCatalogue, type ErrorCode } from '@gpushield/contracts';

/** One wrong field of a request: `field` is a JSON pointer into the body, or `query/limit`, `params/id`. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

export interface AppErrorOptions {
  /** What the client may read; never carries internals. Defaults to the catalogue's title. */
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
  /** Overrides the catalogue's title where a seed gives its own words. */
  readonly title?: string;
  readonly remediation?: string;
  /** Seconds for `Retry-After`. Retryable errors without it say 1. */
  readonly retryAfterSeconds?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** For the log only. */
  readonly cause?: unknown;
}

/** An error that may leave the server. Everything else becomes `internal`. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly options: AppErrorOptions;

  constructor(code: ErrorCode, options: AppErrorOptions = {}) {
    super(options.detail ?? errorCatalogue[code].title, { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.status = errorCatalogue[code].status;
    this.options = options;
  }
}
