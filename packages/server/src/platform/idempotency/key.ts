import { AppError } from '../errors.ts';

const maxKeyLength = 255;

/**
 * Reads `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header-07): a structured-field string, quoted; the
 * bare form is taken too, since clients send it. Throws `invalid_idempotency_key` (400).
 */
export const parseIdempotencyKey = (header: string | readonly string[] | undefined): string | undefined => {
  if (header === undefined) return undefined;
  if (typeof header !== 'string') {
    throw new AppError('invalid_idempotency_key', { detail: 'Idempotency-Key was sent more than once' });
  }
  const trimmed = header.trim();
  const quoted = /^"((?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/.exec(trimmed);
  const key = quoted?.[1] === undefined ? trimmed : quoted[1].replace(/\\(["\\])/g, '$1');
  const bareIsFine = quoted !== null || /^[\x21\x23-\x7e]+$/.test(trimmed);
  if (!bareIsFine || key.length === 0 || key.length > maxKeyLength) {
    throw new AppError('invalid_idempotency_key', {
      detail: `Idempotency-Key must hold 1 to ${String(maxKeyLength)} printable ASCII characters`,
    });
  }
  return key;
};
