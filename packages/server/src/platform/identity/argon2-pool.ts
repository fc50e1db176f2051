/**
 * Password hashing that never stalls other requests. One hash costs 128 MiB and 0.13 s of both cores, so it happens in
 * one child process of low priority, one at a time, behind a bounded queue: memory stays at 128 MiB whatever arrives,
 * libuv's four threads (shared with files and DNS) stay free, and the event loop keeps its CPU. Where there are several
 * processors, one of them is never used for hashing.
 *
 * Measured on 2 cores, a storm of 32 logins, p99 of a 1 ms route meanwhile (2.3 to 3.1 ms without a storm): in this
 * process, one at a time 6.4 to 6.9 ms, two at a time 9.7 to 17.8; a worker thread 6.3; a child of normal priority 7.0
 * to 8.8; a child at niceness 10, 5.3 to 5.6. With other work on both cores: 15.9 to 30.8 ms in this process, still 5.3
 * in the child. Four at a time in this process held a file read for 0.66 s. Two at once finish the 32 no sooner than one
 * at a time (4.2 to 4.8 s), since one hash uses both cores.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import { decoyHash, hashBytes, needsRehash, saltBytes, type Argon2Parameters } from './argon2-parameters.ts';
import { createArgon2Process } from './argon2-process.ts';
import { createBoundedQueue } from './bounded-queue.ts';

export interface Argon2PoolOptions {
  readonly parameters: Argon2Parameters;
  readonly clock: Clock;
  /** Hashes at once; each costs `memoryCostKib`. 1 unless told, which already uses every core. */
  readonly concurrency?: number;
  /** Logins that wait for a hash; more are refused with `overloaded`. */
  readonly maxWaiting?: number;
  readonly randomBytes?: (size: number) => Buffer;
  readonly startProcess?: () => ChildProcess;
}

export interface Argon2Pool {
  /** A PHC string with a new salt. Errors: `overloaded`, `unavailable`; `weak_password` when it is too long. */
  hash(password: string): Promise<string>;
  /**
   * Whether `password` is the one of `stored`. Without `stored` (an unknown user) it costs the same and is false.
   * A password of more than 1,024 bytes is false without being hashed. Errors: `overloaded`, `unavailable`.
   */
  verify(stored: string | null | undefined, password: string): Promise<boolean>;
  /** Whether `stored` was made with other parameters. */
  needsRehash(stored: string): boolean;
  stats(): { readonly running: number; readonly waiting: number };
  close(): Promise<void>;
}

/** 256 characters of at most 4 bytes in UTF-8. */
export const maxPasswordBytes = 1024;

// Nine seconds of work at the default cost; who waits longer has gone away.
const defaultMaxWaiting = 64;

const startChild = (): ChildProcess =>
  // The environment stays here: it may hold the server's secrets, and hashing needs none of it.
  fork(new URL('./argon2-child.ts', import.meta.url), [], {
    env: {},
    execArgv: ['--max-old-space-size=32'],
    // A session of its own, whose weight against all others the child lowers (see argon2-child.ts).
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });

const overloaded = (drainMs: number): AppError =>
  new AppError('overloaded', {
    detail: 'Too many passwords are being checked',
    retryAfterSeconds: Math.max(1, Math.ceil(drainMs / 1000)),
  });

/** The one place where passwords are hashed and verified. */
export const createArgon2Pool = (options: Argon2PoolOptions): Argon2Pool => {
  const { parameters, clock, concurrency = 1, maxWaiting = defaultMaxWaiting } = options;
  const random = options.randomBytes ?? randomBytes;
  const child = createArgon2Process(options.startProcess ?? startChild);
  const decoy = decoyHash(parameters, random);
  const queue = createBoundedQueue({
    concurrency,
    maxWaiting,
    monotonicMs: () => clock.monotonicMs(),
    refuse: ({ drainMs }) => overloaded(drainMs),
  });
  const ask = (job: Parameters<typeof child.ask>[0]) =>
    queue.run(async () => {
      try {
        return await child.ask(job);
      } catch (cause) {
        throw new AppError('unavailable', { detail: 'Passwords cannot be checked right now', cause });
      }
    });
  const tooLong = (password: string): boolean => Buffer.byteLength(password) > maxPasswordBytes;

  return {
    hash: async (password) => {
      if (tooLong(password)) throw new AppError('weak_password', { detail: 'The password is too long' });
      const salt = random(saltBytes).toString('base64');
      return String(await ask({ kind: 'hash', password, salt, outputLen: hashBytes, ...parameters }));
    },
    verify: async (stored, password) => {
      if (tooLong(password)) return false;
      const matches = await ask({ kind: 'verify', hash: stored ?? decoy, password });
      return matches === true && typeof stored === 'string';
    },
    needsRehash: (stored) => needsRehash(stored, parameters),
    stats: () => queue.stats(),
    close: () => child.close(),
  };
};
