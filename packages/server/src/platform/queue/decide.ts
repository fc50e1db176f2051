import { errorText, type DeathCause } from './dead-letter.ts';
import type { Outcome } from './types.ts';

/** How a delivery ends in the database. */
export type Ending =
  | { readonly kind: 'done' }
  | { readonly kind: 'retry'; readonly delayMs: number; readonly error: string }
  | { readonly kind: 'dead'; readonly cause: DeathCause; readonly error: string };

export interface RetryPolicy {
  readonly maxAttempts: number;
  readonly firstMs: number;
  readonly longestMs: number;
}

/** The longest pause that a handler may ask for, in milliseconds: a week. */
const longestAskedMs = 7 * 24 * 3_600_000;

/**
 * The pause before attempt `attempt + 1`: evenly random from 0 to a bound that doubles with every attempt. Full jitter,
 * so that messages that failed together do not come back together.
 */
export const backoffMs = (attempt: number, policy: RetryPolicy, random: () => number): number => {
  const bound = Math.min(policy.longestMs, policy.firstMs * 2 ** Math.min(attempt - 1, 40));
  return Math.round(random() * bound);
};

/** Ends a delivery that its handler answered. `attempt` counts from 1. */
export const endingOf = (
  outcome: Outcome,
  attempt: number,
  policy: RetryPolicy,
  random: () => number,
): Ending => {
  if (outcome.kind === 'done') return outcome;
  const error = errorText(outcome.reason);
  if (outcome.kind === 'dead') return { kind: 'dead', cause: 'refused', error };
  if (attempt >= policy.maxAttempts) return { kind: 'dead', cause: 'attempts_exhausted', error };
  const delayMs =
    outcome.delaySeconds === undefined
      ? backoffMs(attempt, policy, random)
      : Math.min(longestAskedMs, Math.max(0, outcome.delaySeconds * 1000));
  return { kind: 'retry', delayMs, error };
};

/**
 * Ends a delivery before it begins: a message that used up its attempts without any answer is one that kills its
 * workers, and must not get another.
 */
export const endingBefore = (attempt: number, policy: RetryPolicy): Ending | undefined =>
  attempt > policy.maxAttempts
    ? { kind: 'dead', cause: 'no_answer', error: 'The attempts ended without an answer' }
    : undefined;
