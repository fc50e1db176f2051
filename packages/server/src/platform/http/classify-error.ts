import { AppError } from '../errors.ts';
import { isDatabaseUnavailable, isStatementTimeout, sqlStateOf } from '../database/errors.ts';

interface CodedError {
  readonly code: string;
  readonly message: string;
}

const isCoded = (error: unknown): error is CodedError =>
  error instanceof Error && 'code' in error && typeof error.code === 'string';

/** What Fastify and Node say about a request they could not take, in words of the catalogue. */
const transportErrors: Readonly<Record<string, () => AppError>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: () => new AppError('body_too_large'),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () => new AppError('unsupported_media_type'),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () =>
    new AppError('malformed_body', { detail: 'The body is not as long as Content-Length says' }),
  FST_ERR_BAD_URL: () =>
    new AppError('invalid_request', { detail: 'The path is not valid percent-encoding' }),
  FST_ERR_MAX_PARAM_LENGTH: () => new AppError('uri_too_long'),
  ECONNRESET: () => new AppError('malformed_body', { detail: 'The connection ended before the body did' }),
};

/** SQLSTATEs that say something about the moment or the input rather than about a fault of ours. */
const sqlErrors: Readonly<Record<string, (cause: unknown) => AppError>> = {
  '53100': (cause) => new AppError('storage_full', { cause }),
  '40001': (cause) => new AppError('unavailable', { cause }),
  '40P01': (cause) => new AppError('unavailable', { cause }),
  '55P03': (cause) => new AppError('unavailable', { cause }),
  '22021': (cause) =>
    new AppError('validation_failed', { detail: 'Text must not hold NUL characters', cause }),
  '22P05': (cause) =>
    new AppError('validation_failed', { detail: 'Text must not hold NUL characters', cause }),
};

const fromDatabase = (error: unknown): AppError | undefined => {
  if (isDatabaseUnavailable(error)) return new AppError('database_unavailable', { cause: error });
  if (isStatementTimeout(error)) {
    return new AppError('unavailable', { detail: 'The database took too long', cause: error });
  }
  const state = sqlStateOf(error);
  return state === undefined ? undefined : sqlErrors[state]?.(error);
};

/** Turns whatever was thrown into an `AppError`. What nobody foresaw becomes `internal`, its cause for the log. */
export const classifyError = (error: unknown): AppError => {
  if (error instanceof AppError) return error;
  const database = fromDatabase(error);
  if (database !== undefined) return database;
  const transport = isCoded(error) ? transportErrors[error.code] : undefined;
  return transport?.() ?? new AppError('internal', { cause: error });
};
