import { readFileSync } from 'node:fs';
import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import type { Secret } from '../secrets/index.ts';

/** The DER of an Ed25519 private key up to its 32 bytes of seed (RFC 8410, section 7). */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Hex digits of a key's id: half of a SHA-256, which nobody collides. */
const keyIdLength = 32;

/** Signs checkpoints; the key never leaves it. */
export interface AuditSigner {
  readonly keyId: string;
  readonly publicKey: KeyObject;
  /** 64 bytes, Ed25519 (RFC 8032). */
  sign(text: string): Buffer;
}

/** Names a public key: the first 32 hex digits of the SHA-256 of its SubjectPublicKeyInfo. */
export const keyIdOf = (publicKey: KeyObject): string =>
  createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, keyIdLength);

const requireEd25519 = (key: KeyObject): KeyObject => {
  if (key.asymmetricKeyType !== 'ed25519') throw new Error('The audit trail is signed with an Ed25519 key');
  return key;
};

/** The signing key that stands on a 32-byte secret: the same on every replica that shares the secret. */
export const signingKeyFromSeed = (seed: KeyObject): KeyObject =>
  createPrivateKey({ key: Buffer.concat([pkcs8Prefix, seed.export()]), format: 'der', type: 'pkcs8' });

/** A PKCS #8 private key in PEM. Throws when it is not Ed25519; the message holds nothing of the key. */
export const signingKeyFromPem = (pem: string): KeyObject => {
  try {
    // One line with `\n` written out is what environments are able to hold.
    return requireEd25519(createPrivateKey(pem.replaceAll('\\n', '\n')));
  } catch {
    throw new Error(
      'The audit signing key must be an Ed25519 private key in PEM: openssl genpkey -algorithm ed25519',
    );
  }
};

/** The public keys in a PEM text, by their ids. */
export const publicKeysFromPem = (pem: string): ReadonlyMap<string, KeyObject> => {
  const blocks = pem.match(/-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g) ?? [];
  const keys = blocks.map((block) => requireEd25519(createPublicKey(block)));
  if (keys.length === 0) throw new Error('There is no public key in PEM');
  return new Map(keys.map((key) => [keyIdOf(key), key]));
};

export const createSigner = (privateKey: KeyObject): AuditSigner => {
  const publicKey = createPublicKey(requireEd25519(privateKey));
  return {
    keyId: keyIdOf(publicKey),
    publicKey,
    sign: (text) => sign(null, Buffer.from(text), privateKey),
  };
};

/** The signer of this server: with the key in PEM, or in the file, or else the one that stands on the seed. */
export const signerFor = (from: {
  readonly pem: Secret | undefined;
  readonly file: string | undefined;
  readonly seed: KeyObject;
}): AuditSigner => {
  if (from.pem !== undefined) return createSigner(signingKeyFromPem(from.pem.reveal()));
  if (from.file !== undefined) return createSigner(signingKeyFromPem(readFileSync(from.file, 'utf8')));
  return createSigner(signingKeyFromSeed(from.seed));
};

/** Whether the signature over `text` was made with the key's private half. */
export const isSignedBy = (publicKey: KeyObject, text: string, signature: Buffer): boolean =>
  verify(null, Buffer.from(text), publicKey, signature);
