import { hash } from 'node:crypto';
import type { Clock } from '../../platform/clock.ts';
import type { Executor } from '../../platform/database/types.ts';
import { AppError } from '../../platform/errors.ts';
import { addressKey } from '../../platform/limits/index.ts';
import {
  chargeFailure,
  chargeStrangers,
  findAttempts,
  forgetFailures,
  noteLoginAddress,
  refundStrangers,
  type Attempts,
} from './lockout-store.ts';

/** How failed logins slow the next ones down (docs/decisions/0012). */
export interface LockoutPolicy {
  /** Failures in a row, of one name from one address, before each further one must wait. */
  readonly freeFailures: number;
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
  /** The same where the user has logged in from before: a neighbour behind the same address must not lock anyone out. */
  readonly maxKnownDelayMs: number;
  /** Failures in a row are forgotten after as long without one. */
  readonly forgetMs: number;
  /** Failures of one name from all addresses that its user never logged in from, together; one comes back every … */
  readonly strangerAttempts: number;
  readonly strangerRefillMs: number;
  /** How long an address counts as known after a login. */
  readonly knownMs: number;
}

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/**
 * Guessing stays under 800 tries a day for one name, however many addresses an attacker has (NIST SP 800-63B-4,
 * section 3.2.2, wants it limited, and names delays and known addresses as means).
 */
export const defaultLockoutPolicy: LockoutPolicy = {
  freeFailures: 10,
  firstDelayMs: 1000,
  maxDelayMs: 15 * minuteMs,
  maxKnownDelayMs: 30_000,
  forgetMs: dayMs,
  strangerAttempts: 50,
  strangerRefillMs: 2 * minuteMs,
  knownMs: 90 * dayMs,
};

/** How long one name must wait at one address, in ms; 0: not at all. */
export const pairWaitMs = (policy: LockoutPolicy, attempts: Attempts, nowMs: number): number => {
  const { failures, lastFailedAtMs, known } = attempts;
  const sinceMs = nowMs - lastFailedAtMs;
  const beyond = failures - policy.freeFailures;
  if (beyond < 0 || sinceMs >= policy.forgetMs) return 0;
  const longestMs = known ? policy.maxKnownDelayMs : policy.maxDelayMs;
  const delayMs = Math.min(longestMs, policy.firstDelayMs * 2 ** beyond);
  // A clock that was set back must not make anyone wait longer than the delay.
  return Math.min(delayMs, Math.max(0, delayMs - sinceMs));
};

const tooMany = (waitMs: number): AppError =>
  new AppError('rate_limited', {
    detail: 'Too many failed logins: wait, or log in from where you did before',
    retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)),
  });

/** One attempt that may go on. Settle it once. */
export interface LoginAttempt {
  failed(): Promise<void>;
  /** The password was not judged, or was right and the login ended for another reason. */
  undecided(): Promise<void>;
  /** In the transaction that makes the session. */
  succeeded(tx: Executor, userId: string): Promise<void>;
}

export interface LoginLockout {
  /** Errors: `rate_limited`, the same for names that nobody has. */
  begin(username: string, address: string): Promise<LoginAttempt>;
}

/**
 * Slows guessing down without letting anyone lock another out. Failures count by (name, address), with a growing delay.
 * From all addresses that the user never logged in from, a name has one allowance together: an attacker with many
 * addresses uses that up, and the user, where they logged in before, does not notice.
 */
export const createLoginLockout = (deps: {
  readonly db: Executor;
  readonly clock: Clock;
  readonly policy: LockoutPolicy;
}): LoginLockout => {
  const { db, clock, policy } = deps;
  return {
    begin: async (username, remoteAddress) => {
      const name = hash('sha256', username.toLowerCase(), 'buffer');
      const address = addressKey(remoteAddress);
      const nowMs = clock.nowMs();
      const attempts = await findAttempts(db, username, name, address, new Date(nowMs - policy.knownMs));
      const waitMs = pairWaitMs(policy, attempts, nowMs);
      if (waitMs > 0) throw tooMany(waitMs);
      // Charged before the password is looked at: guesses that run at once must not slip through together.
      if (!attempts.known && !(await chargeStrangers(db, name, policy, new Date(nowMs)))) {
        throw tooMany(policy.strangerRefillMs);
      }
      const refund = async (executor: Executor): Promise<void> => {
        if (!attempts.known) await refundStrangers(executor, name);
      };
      return {
        failed: () => chargeFailure(db, name, address, new Date(clock.nowMs()), policy.forgetMs),
        undecided: () => refund(db),
        succeeded: async (tx, userId) => {
          await refund(tx);
          if (attempts.failures > 0) await forgetFailures(tx, name, address);
          await noteLoginAddress(tx, userId, address, new Date(clock.nowMs()));
        },
      };
    },
  };
};
