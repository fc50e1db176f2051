import { AppError } from '../../../platform/errors.ts';
import { OutboundFailure, type OutboundResponse } from '../../../platform/outbound/index.ts';
import { isObject, objectOf, parseJsonText, textOf } from '../json.ts';

/** Of what an upstream says about a request, this much is passed on. */
const maxMessageCharacters = 500;
const defaultRetryAfterSeconds = 5;
const maxRetryAfterSeconds = 300;

const messageOf = (body: Buffer): string => {
  const parsed = parseJsonText(body.toString('utf8'));
  const error = isObject(parsed) ? parsed['error'] : undefined;
  const text = typeof error === 'string' ? error : textOf(objectOf(error)['message']);
  return text.slice(0, maxMessageCharacters).toWellFormed();
};

const retryAfterOf = (header: string | undefined): number => {
  const seconds = Number(header);
  return Number.isFinite(seconds) && seconds > 0
    ? Math.min(maxRetryAfterSeconds, Math.ceil(seconds))
    : defaultRetryAfterSeconds;
};

/** What a status of an upstream means for whoever asked. Ours to answer for: its credential, its faults. */
export const refusalOf = ({
  status,
  headers,
  body,
}: Pick<OutboundResponse, 'status' | 'headers' | 'body'>): AppError => {
  const message = messageOf(body);
  const cause = new Error(`upstream answered ${String(status)}: ${message}`);
  if (status === 429 || status === 503) {
    const retryAfterSeconds = retryAfterOf(headers['retry-after']);
    return new AppError('unavailable', { detail: 'The model server is busy', retryAfterSeconds, cause });
  }
  if (status === 413)
    return new AppError('prompt_too_large', { detail: message || 'The prompt is too large', cause });
  if (status === 400 || status === 404 || status === 422) {
    return new AppError('upstream_refused', {
      detail: message || 'The model server refused this request',
      cause,
    });
  }
  return new AppError('upstream_failed', { detail: 'The model server failed', cause });
};

/** The same for an answer that never came. */
export const failureOf = (error: unknown): AppError => {
  if (error instanceof AppError) return error;
  if (error instanceof OutboundFailure) {
    if (error.kind === 'timeout') {
      return new AppError('upstream_timeout', { detail: 'The model did not answer in time', cause: error });
    }
    return new AppError('upstream_failed', { detail: 'The model server cannot be reached', cause: error });
  }
  return new AppError('upstream_failed', { detail: 'The model server broke off', cause: error });
};

/** Whether another target may be asked: nothing of an answer was seen, and the fault is not the request's. */
export const mayTryAnother = (error: AppError): boolean =>
  error.code === 'upstream_failed' || error.code === 'upstream_timeout' || error.code === 'unavailable';
