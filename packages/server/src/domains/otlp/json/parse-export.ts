import { AppError } from '../../../platform/errors.ts';
import { parseJson } from '../../../platform/http/json-body.ts';

/** Values in one export in JSON: a parsed one takes up to 100 bytes, where `{},` takes three. */
export const maxJsonValues = 6_000_000;

const [quote, backslash, comma, bracket, brace] = [0x22, 0x5c, 0x2c, 0x5b, 0x7b];

/** Each value stands behind a comma or an opening bracket; those within strings are not counted. */
const hasMoreValuesThan = (bytes: Buffer, limit: number): boolean => {
  let values = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === quote) {
      for (at += 1; at < bytes.length && bytes[at] !== quote; at += 1) if (bytes[at] === backslash) at += 1;
    } else if (byte === comma || byte === bracket || byte === brace) {
      values += 1;
      if (values > limit) return true;
    }
  }
  return false;
};

/** Parses an export in JSON. Errors: `malformed_body` (400), and `body_too_large` (413) before anything is built. */
export const parseExport = (bytes: Buffer): unknown => {
  if (hasMoreValuesThan(bytes, maxJsonValues))
    throw new AppError('body_too_large', {
      detail: `One export may have ${maxJsonValues} values in JSON: send it in parts, or in protobuf`,
    });
  return parseJson(bytes);
};
