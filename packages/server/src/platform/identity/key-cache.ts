import type { Clock } from '../clock.ts';
import { createLru } from '../lru.ts';

export interface CredentialCacheOptions<T> {
  readonly capacity: number;
  readonly clock: Clock;
  /** Reads one credential's current state; undefined when there is none. */
  readonly load: (key: string) => Promise<T | undefined>;
}

/**
 * Verified credentials in memory, so that a hit costs no database work. It is trusted only while this process hears of
 * changes: before that, every look-up reads the database. Expiry is the caller's to check, on every hit.
 */
export interface CredentialCache<T> {
  /** The kept credential, where there is one and the cache is trusted. */
  peek(key: string): T | undefined;
  /** Reads the credential, sharing one read among concurrent callers. Errors: the database's. */
  fetch(key: string): Promise<T | undefined>;
  /** Forgets one credential, or all of a user. Reads under way are not kept. */
  drop(key: string): void;
  dropUser(userId: string): void;
  /** Forgets all credentials, for a change that does not say whose it was. */
  dropAll(): void;
  /** Forgets everything; `trusted` says whether changes are heard of from now on. */
  reset(trusted: boolean): void;
  size(): number;
}

// An unknown credential is asked for again and again by a client with a wrong setting, for a moment at a time.
const maxUnknown = 10_000;
const unknownTtlMs = 5_000;

/** Which keys were found to be unknown a moment ago. */
const createUnknown = (clock: Clock) => {
  const untilMs = createLru<number>(maxUnknown);
  return {
    has: (key: string): boolean => (untilMs.get(key) ?? -Infinity) > clock.monotonicMs(),
    add: (key: string): void => untilMs.set(key, clock.monotonicMs() + unknownTtlMs),
    delete: (key: string): void => untilMs.delete(key),
    clear: (): void => untilMs.clear(),
  };
};

/** A cache of up to `capacity` credentials; it trusts nothing until `reset(true)`. */
export const createCredentialCache = <T extends { readonly userId: string }>(
  options: CredentialCacheOptions<T>,
): CredentialCache<T> => {
  const { capacity, clock, load } = options;
  const known = createLru<T>(capacity);
  const unknown = createUnknown(clock);
  const underWay = new Map<string, Promise<T | undefined>>();
  let trusted = false;

  const keep = (key: string, credential: T | undefined): void =>
    credential === undefined ? unknown.add(key) : known.set(key, credential);
  /**
   * Any change empties `underWay`: what a read of before the change found is answered to those who already wait for it,
   * but neither kept nor shared with later callers.
   */
  const forgetReads = (): void => underWay.clear();

  const forgetAll = (): void => {
    forgetReads();
    known.clear();
    unknown.clear();
  };

  const fetchShared = (key: string): Promise<T | undefined> => {
    const isCurrent = (): boolean => underWay.get(key) === reading;
    const settle = (): boolean => isCurrent() && underWay.delete(key);
    const reading: Promise<T | undefined> = load(key).then((credential) => {
      if (isCurrent()) keep(key, credential);
      return credential;
    });
    reading.then(settle, settle);
    underWay.set(key, reading);
    return reading;
  };

  return {
    peek: (key) => (trusted ? known.get(key) : undefined),
    fetch: async (key) => {
      if (!trusted) return load(key);
      if (unknown.has(key)) return undefined;
      return underWay.get(key) ?? fetchShared(key);
    },
    drop: (key) => {
      forgetReads();
      known.delete(key);
      unknown.delete(key);
    },
    dropUser: (userId) => {
      forgetReads();
      known.deleteWhere((credential) => credential.userId === userId);
    },
    dropAll: forgetAll,
    reset: (nowTrusted) => {
      forgetAll();
      trusted = nowTrusted;
    },
    size: () => known.size(),
  };
};
