import { createHmac, hash, type KeyObject } from 'node:crypto';
import { createLru } from '../lru.ts';
import { maskText } from '../observability/mask.ts';
import { isCounterKey, isSensitiveKey } from '../observability/sensitive-key.ts';

/** What `maskText` puts where a secret was. */
const hidden = '***';

/**
 * Stands for a secret in the trail: `hmac:` and 64 lower-case hex digits, HMAC-SHA256 (RFC 2104) of the secret's
 * UTF-8 bytes under `auditDigest`, a key that is derived from SECRET_KEY. Equal secrets have equal digests, so that
 * uses of one can be found; without the key nothing can be tried out against them.
 */
const digestOf = (key: KeyObject, secret: string): string =>
  `hmac:${createHmac('sha256', key).update(secret).digest('hex')}`;

/**
 * The text with whatever looks like a secret as its digest. Of a text with several, the part from the first to the
 * end of the last goes as one: only the parts before and after are surely no secret.
 */
const digestText = (digest: (secret: string) => string, text: string): string => {
  const masked = maskText(text);
  if (masked === text) return text;
  const prefix = masked.slice(0, Math.max(0, masked.indexOf(hidden)));
  const last = masked.lastIndexOf(hidden);
  const suffix = last === -1 ? '' : masked.slice(last + hidden.length);
  const isAround =
    last !== -1 &&
    text.startsWith(prefix) &&
    text.endsWith(suffix) &&
    prefix.length + suffix.length <= text.length;
  if (!isAround) return digest(text);
  return prefix + digest(text.slice(prefix.length, text.length - suffix.length)) + suffix;
};

/** Texts that were looked at and hold no secret are remembered: resources, reasons and agents come again and again. */
const maxRemembered = 4_096;
const maxRememberedLength = 128;

/** Replaces secrets by their digests under one key. */
export interface Digester {
  /** The whole value as a digest. */
  secret(value: string): string;
  /** The text with its secrets as digests. */
  text(text: string): string;
  /** The value under a name that means a credential, as its digest; a count of tokens and a yes or no stay. */
  underName<T>(name: string, value: T): T | string;
}

/** Digests of secrets that came last, by their hash: a token's id stands in the entry of each of its calls. */
const keptDigests = 1024;

const createDigest = (key: KeyObject): ((secret: string) => string) => {
  const kept = createLru<string>(keptDigests);
  return (secret) => {
    const id = hash('sha256', secret, 'base64url');
    const known = kept.get(id);
    if (known !== undefined) return known;
    const made = digestOf(key, secret);
    kept.set(id, made);
    return made;
  };
};

/** Names of fields are words of this code, and few: what one means is looked at once. */
const createNames = (test: (name: string) => boolean) => {
  const known = new Map<string, boolean>();
  return (name: string): boolean => {
    const found = known.get(name);
    if (found !== undefined) return found;
    const answer = test(name);
    if (known.size >= maxRemembered) known.clear();
    if (name.length <= maxRememberedLength) known.set(name, answer);
    return answer;
  };
};

export const createDigester = (key: KeyObject): Digester => {
  const plain = new Set<string>();
  const digest = createDigest(key);
  const [isSensitive, isCounter] = [createNames(isSensitiveKey), createNames(isCounterKey)];
  const text = (given: string): string => {
    if (plain.has(given)) return given;
    const shown = digestText(digest, given);
    if (shown === given && given.length <= maxRememberedLength) {
      if (plain.size >= maxRemembered) plain.clear();
      plain.add(given);
    }
    return shown;
  };
  return {
    secret: digest,
    text,
    underName: (name, value) => {
      if (!isSensitive(name)) return typeof value === 'string' ? text(value) : value;
      if (typeof value === 'string') return digest(value);
      return typeof value === 'number' && !isCounter(name) ? digest(String(value)) : value;
    },
  };
};
