import { isUtf8 } from 'node:buffer';
import { AppError } from '../errors.ts';

/** What RFC 6749 and its relatives send: no request has more than a dozen. */
const maxFields = 32;

/**
 * Parses `application/x-www-form-urlencoded`. Empty values count as left out (RFC 6749, section 3.1). Throws
 * `malformed_body` for what is not UTF-8, for too many fields and for a field that comes twice: of two values two
 * readers may take different ones.
 */
export const parseForm = (bytes: Buffer): Readonly<Record<string, string>> => {
  if (!isUtf8(bytes)) throw new AppError('malformed_body', { detail: 'The body is not valid UTF-8' });
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(bytes.toString('utf8'))) {
    if (fields.has(name)) throw new AppError('malformed_body', { detail: 'A form field comes twice' });
    if (fields.size >= maxFields) {
      throw new AppError('malformed_body', { detail: `The form has more than ${String(maxFields)} fields` });
    }
    fields.set(name, value);
  }
  // Without a prototype, `__proto__` is a field like any other.
  const form: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [name, value] of fields) if (value !== '') form[name] = value;
  return form;
};
