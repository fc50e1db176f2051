import type { EndpointHealth } from './attempt-store.ts';

/** An endpoint that only failed for this long is disabled (standards.md). */
const failingMaxMs = 5 * 24 * 3_600_000;
/** At least so many failures: two messages, five days apart, say too little. */
const failingMinAttempts = 5;

export interface HealthChange {
  readonly health: EndpointHealth;
  readonly disable: 'gone' | 'failing' | undefined;
}

/** An endpoint's health after some attempts. One success among them makes it healthy. */
export const changeHealth = (
  before: EndpointHealth,
  seen: {
    readonly succeeded: boolean;
    readonly failures: number;
    readonly gone: boolean;
    readonly nowMs: number;
  },
): HealthChange => {
  const { id } = before;
  if (seen.gone) return { health: before, disable: 'gone' };
  if (seen.succeeded) return { health: { id, failingSince: null, failedAttempts: 0 }, disable: undefined };
  const failingSince = before.failingSince ?? new Date(seen.nowMs);
  const failedAttempts = Math.min(before.failedAttempts + seen.failures, 2 ** 31 - 1);
  const tooLong = seen.nowMs - failingSince.getTime() >= failingMaxMs && failedAttempts >= failingMinAttempts;
  return { health: { id, failingSince, failedAttempts }, disable: tooLong ? 'failing' : undefined };
};
