import {
  createCipheriv,
  createDecipheriv,
  randomBytes as systemRandomBytes,
  type KeyObject,
} from 'node:crypto';
import type { Sealer } from './seal-types.ts';
import { isSealingKeyId, sealingKeyBytes, type SealingKey } from './sealing-key.ts';
import { UnsealError } from './unseal-error.ts';

/** A sealer that says which keys it has. */
export interface KeyedSealer extends Sealer {
  readonly currentKeyId: string;
  /** The current one first. */
  readonly keyIds: readonly string[];
}

/** The form's version; bound into every value, so that a later form cannot be taken for this one. */
const version = 'gs1';

/** NIST SP 800-38D, section 8.2.2: random nonces of 96 bits are safe for 2^32 values under one key. */
const nonceBytes = 12;
const tagBytes = 16;

/** What is sealed are keys, tokens and passwords. More is a mistake. */
const plaintextMaxBytes = 64 * 1024;

const algorithm = 'aes-256-gcm';

/** What every value sealed with this key begins with. */
export const sealedPrefix = (keyId: string): string => `${version}.${keyId}.`;

/** Key ids hold no dots, so that no two places share their associated data. */
const associatedData = (keyId: string, purpose: string): Buffer =>
  Buffer.from(`${sealedPrefix(keyId)}${purpose}`, 'utf8');

const sealedForm = /^gs1\.([A-Za-z0-9-]{1,32})\.([A-Za-z0-9_-]+)$/;

/**
 * AES-256-GCM in the form `gs1.<key id>.<base64url(nonce, ciphertext, tag)>`, with version, key id and purpose as
 * associated data. Seals with `current`, unseals with any of its keys. A purpose names the place, best down to the
 * row (`webhook-secret:<id>`), so that values cannot be swapped. Throws `RangeError` for keys that cannot work
 * together and for plaintext above 64 KiB.
 */
export const createSealer = ({
  current,
  older = [],
  randomBytes = systemRandomBytes,
}: {
  readonly current: SealingKey;
  readonly older?: readonly SealingKey[];
  readonly randomBytes?: (bytes: number) => Buffer;
}): KeyedSealer => {
  const keys = keysById([current, ...older]);

  const parse = (sealed: string): { keyId: string; bytes: Buffer } => {
    const [, keyId = '', payload = ''] = sealedForm.exec(sealed) ?? [];
    const bytes = Buffer.from(payload, 'base64url');
    // Spare bits of the last character would let two texts mean the same.
    if (bytes.length < nonceBytes + tagBytes || bytes.toString('base64url') !== payload) {
      throw new UnsealError('malformed');
    }
    return { keyId, bytes };
  };

  return {
    currentKeyId: current.id,
    keyIds: [...keys.keys()],
    seal: (plaintext, purpose) => {
      const text = Buffer.from(plaintext, 'utf8');
      if (text.length > plaintextMaxBytes) {
        throw new RangeError(`a sealed value has at most ${String(plaintextMaxBytes)} bytes`);
      }
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv(algorithm, current.key, nonce, { authTagLength: tagBytes });
      cipher.setAAD(associatedData(current.id, purpose));
      const bytes = Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()]);
      return sealedPrefix(current.id) + bytes.toString('base64url');
    },
    unseal: (sealed, purpose) => {
      const { keyId, bytes } = parse(sealed);
      const key = keys.get(keyId);
      if (key === undefined) throw new UnsealError('unknown_key', keyId);
      const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, nonceBytes), {
        authTagLength: tagBytes,
      });
      decipher.setAAD(associatedData(keyId, purpose));
      decipher.setAuthTag(bytes.subarray(-tagBytes));
      const text = decipher.update(bytes.subarray(nonceBytes, -tagBytes));
      try {
        return Buffer.concat([text, decipher.final()]).toString('utf8');
      } catch {
        throw new UnsealError('tampered', keyId);
      }
    },
    needsReseal: (sealed) => !sealed.startsWith(sealedPrefix(current.id)),
  };
};

const keysById = (given: readonly SealingKey[]): ReadonlyMap<string, KeyObject> => {
  const keys = new Map<string, KeyObject>();
  for (const { id, key } of given) {
    if (!isSealingKeyId(id)) throw new RangeError('a sealing key has an invalid id');
    if (key.symmetricKeySize !== sealingKeyBytes) throw new RangeError(`sealing key ${id} has not 32 bytes`);
    const known = keys.get(id);
    if (known !== undefined && !known.equals(key)) throw new RangeError(`two sealing keys are named ${id}`);
    keys.set(id, key);
  }
  return keys;
};
