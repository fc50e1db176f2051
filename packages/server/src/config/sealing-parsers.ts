import {
  deriveKey,
  isSealingKeyId,
  sealingKey,
  sealingKeyOf,
  type SealingKey,
} from '../platform/secrets/index.ts';
import { accepted, refused, type Parsed, type Parser } from './parsed.ts';
import { stringList } from './parsers.ts';
import { strongSecret } from './secret-parsers.ts';

/** 32 bytes in base64, in either alphabet, padded or not. */
const keyForm = /^(?:([^:]*):)?([A-Za-z0-9+/_-]{43})=?$/;

/** Random 32 bytes have about 30 different ones; keys typed by hand or left at zero have few. */
const distinctBytesMin = 12;

/** A key that values are sealed with: 32 bytes in base64, with a name before a colon or none. */
export const sealingKeyText: Parser<SealingKey> = (text) => {
  const [, id, base64] = keyForm.exec(text.trim()) ?? [];
  if (base64 === undefined) {
    return refused('must be 32 bytes in base64, if you like with a name and a colon before it');
  }
  if (id !== undefined && !isSealingKeyId(id)) {
    return refused('must use a name of 1 to 32 letters, digits and - before the colon');
  }
  const bytes = Buffer.from(base64, 'base64');
  return new Set(bytes).size >= distinctBytesMin
    ? accepted(sealingKeyOf(bytes, id))
    : refused('must be 32 random bytes; make them with: openssl rand -base64 32');
};

/** Purpose of the key that stands on SECRET_KEY. */
const derivedPurpose = 'sealing-v1';

/** The sealing key of a server that has no other. */
export const derivedSealingKey = (secretKey: Parameters<typeof deriveKey>[0]): SealingKey =>
  sealingKey(deriveKey(secretKey, derivedPurpose));

const ofSecretKey = 'secret-key:';

/** Older keys are read by name until nothing needs them; more than this many were forgotten there. */
const oldKeysMax = 20;

const oldKey = (text: string): Parsed<SealingKey> => {
  if (!text.startsWith(ofSecretKey)) return sealingKeyText(text);
  const secret = strongSecret(text.slice(ofSecretKey.length));
  return secret.ok ? accepted(derivedSealingKey(secret.value)) : secret;
};

/** Keys that values may still be sealed with: like the current one, or `secret-key:` and a former SECRET_KEY. */
export const oldSealingKeys: Parser<readonly SealingKey[]> = (text) => {
  const entries = stringList(text);
  if (!entries.ok) return entries;
  if (entries.value.length > oldKeysMax) return refused(`must hold at most ${String(oldKeysMax)} keys`);
  const keys: SealingKey[] = [];
  for (const [index, entry] of entries.value.entries()) {
    const key = oldKey(entry);
    if (!key.ok) return refused(`has an entry ${String(index + 1)} that ${key.problem}`);
    keys.push(key.value);
  }
  return accepted(keys);
};
