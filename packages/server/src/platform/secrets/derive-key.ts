import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { createSecret, type Secret } from './secret.ts';

/** Bytes of a derived key: what AES-256 takes and HMAC-SHA256 needs at least (RFC 2104, section 3). */
const derivedKeyBytes = 32;

// HKDF's salt only has to be fixed here: the input is a full-entropy secret (RFC 5869, section 3.1).
const hkdfSalt = 'gpushield/hkdf/v1';

const deriveBytes = (root: Secret, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', root.revealBytes(), hkdfSalt, purpose, derivedKeyBytes));

/**
 * A 32-byte key for one purpose (HKDF-SHA256, RFC 5869). Purposes are independent: knowing one derived key tells
 * nothing of the root or of another. Give each purpose a version (`cursor-v1`) so that it can be changed alone.
 * The `KeyObject` goes straight into `createHmac`, `createCipheriv` and jose, and never prints its bytes.
 */
export const deriveKey = (root: Secret, purpose: string): KeyObject =>
  createSecretKey(deriveBytes(root, purpose));

/** The same as text: 43 base64url characters, for consumers that take a string. */
export const deriveSecret = (root: Secret, purpose: string): Secret =>
  createSecret(deriveBytes(root, purpose).toString('base64url'));
