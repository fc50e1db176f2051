import { createHash } from 'node:crypto';

/** Short and printable as it is: addresses, ids. Whatever else a client can name is counted under its hash. */
const plain = /^[\x21\x22\x24-\x7e][\x21-\x7e]{0,119}$/;

/**
 * The form in which a key is counted: bounded in length, without separators, and different for different keys, lone
 * surrogates included. Hashes start with `#`, and no plain key does.
 */
export const storageKey = (key: string): string =>
  plain.test(key) ? key : `#${createHash('sha256').update(Buffer.from(key, 'utf16le')).digest('base64url')}`;
