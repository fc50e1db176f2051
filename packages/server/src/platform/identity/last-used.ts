import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { Executor } from '../database/types.ts';
import { writeLastUsed } from './credential-store.ts';

/** Once a minute and key at most, since each round writes a key once. */
const roundMs = 60_000;

/** A statement's worth of keys. */
const batchSize = 5_000;

/** More keys than the cache holds are not in use at once; uses beyond it are left out of this minute's round. */
const maxRemembered = 70_000;

export interface LastUsed {
  /** Remembers the use of a key; costs no I/O. */
  note(keyId: string): void;
  /** Writes what is remembered; failures keep it for the next round. */
  flush(): Promise<void>;
  start(): void;
  /** Writes the rest, once. */
  stop(): Promise<void>;
}

/** When keys were last used, written off the request path. */
export const createLastUsed = (deps: {
  readonly db: Executor;
  readonly clock: Clock;
  readonly log: Logger;
}): LastUsed => {
  const { db, clock, log } = deps;
  const uses = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> | undefined;

  const writeAll = async (): Promise<void> => {
    const taken = [...uses].map(([keyId, atMs]) => ({ keyId, atMs }));
    for (let start = 0; start < taken.length; start += batchSize) {
      const batch = taken.slice(start, start + batchSize);
      await writeLastUsed(db, batch);
      for (const { keyId, atMs } of batch) if (uses.get(keyId) === atMs) uses.delete(keyId);
    }
  };
  const flush = async (): Promise<void> => {
    writing ??= writeAll()
      .catch((err: unknown) => log.warn({ err }, 'the last use of API keys could not be written'))
      .finally(() => (writing = undefined));
    await writing;
  };

  return {
    note: (keyId) => {
      if (uses.size < maxRemembered || uses.has(keyId)) uses.set(keyId, clock.nowMs());
    },
    flush,
    start: () => {
      timer ??= setInterval(() => void flush(), roundMs).unref();
    },
    stop: async () => {
      clearInterval(timer);
      timer = undefined;
      await flush();
    },
  };
};
