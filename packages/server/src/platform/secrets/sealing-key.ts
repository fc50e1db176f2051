import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';

/** A key of the sealer. The id is written into each value, in the open. */
export interface SealingKey {
  readonly id: string;
  /** 32 bytes: AES-256. */
  readonly key: KeyObject;
}

/** Bytes of an AES-256 key. */
export const sealingKeyBytes = 32;

/** No dots, which separate the parts of a sealed value; nothing that SQL patterns or shells take for something else. */
export const isSealingKeyId = (text: string): boolean => /^[A-Za-z0-9][A-Za-z0-9-]{0,31}$/.test(text);

/** 40 bits tell an operator's few keys apart; HKDF's output says nothing of the key. */
const fingerprintBytes = 5;

const fingerprint = (key: KeyObject): string => {
  const bytes = hkdfSync('sha256', key.export(), 'gpushield/hkdf/v1', 'sealing-key-id-v1', fingerprintBytes);
  return `k${Buffer.from(bytes).toString('hex')}`;
};

/** A key with the id it was given, or with its fingerprint, which is the same on every replica. */
export const sealingKey = (key: KeyObject, id?: string): SealingKey => ({ id: id ?? fingerprint(key), key });

/** The same from raw bytes, 32 of them. */
export const sealingKeyOf = (bytes: Buffer, id?: string): SealingKey =>
  sealingKey(createSecretKey(bytes), id);
