import { createHash, timingSafeEqual } from 'node:crypto';
import { inspect } from 'node:util';

const hidden = '***';

/**
 * A value that never prints: `String()`, template strings, `JSON.stringify`, `util.inspect` and pino all give `***`.
 * Whoever needs the value says so with `reveal()`, which makes each use easy to find in review.
 */
export interface Secret {
  /** The value itself. Hand it straight to its consumer; never keep, log or compare it. */
  reveal(): string;
  /** The value's UTF-8 bytes, in a buffer of the caller's own. */
  revealBytes(): Buffer;
  /** Whether `other` is the same value; takes the same time wherever they differ. */
  equals(other: string | Secret): boolean;
  toString(): string;
  toJSON(): string;
  readonly [Symbol.toPrimitive]: () => string;
  readonly [inspect.custom]: () => string;
}

/** Wraps `value`. The closure is the only place that holds it, so no property or prototype walk reaches it. */
export const createSecret = (value: string): Secret => {
  const printHidden = (): string => hidden;
  const secret = {} as Secret;
  return Object.freeze(
    Object.defineProperties(secret, {
      reveal: { value: () => value },
      revealBytes: { value: () => Buffer.from(value, 'utf8') },
      equals: {
        value: (other: string | Secret) =>
          constantTimeEquals(value, typeof other === 'string' ? other : other.reveal()),
      },
      toString: { value: printHidden },
      toJSON: { value: printHidden },
      [Symbol.toPrimitive]: { value: printHidden },
      [inspect.custom]: { value: printHidden },
    }),
  );
};

/** Compares two strings in time that depends on neither; hashing first also hides their lengths. */
export const constantTimeEquals = (left: string, right: string): boolean =>
  timingSafeEqual(createHash('sha256').update(left).digest(), createHash('sha256').update(right).digest());
