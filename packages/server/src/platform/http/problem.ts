import { errorCatalogue, type Problem } from '@gpushield/contracts';
import { type AppError } from '../errors.ts';

/** No more wrong fields than this are listed: an answer must not grow with the attack. */
export const maxFieldErrors = 50;
const defaultRetryAfterSeconds = 1;

export interface ProblemResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Problem;
}

/** Renders an error as RFC 9457 problem+json with our extensions. Nothing of its cause gets in. */
export const renderProblem = (error: AppError, instance: string, correlationId: string): ProblemResponse => {
  const entry = errorCatalogue[error.code];
  const { options } = error;
  const retryAfter = options.retryAfterSeconds ?? (entry.retryable ? defaultRetryAfterSeconds : undefined);
  return {
    status: entry.status,
    headers: {
      ...options.headers,
      ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
    },
    body: {
      type: entry.type,
      title: options.title ?? entry.title,
      status: entry.status,
      detail: options.detail ?? entry.title,
      instance,
      code: error.code,
      correlation_id: correlationId,
      remediation: options.remediation ?? entry.remediation,
      ...(options.errors === undefined ? {} : { errors: options.errors.slice(0, maxFieldErrors) }),
    },
  };
};
