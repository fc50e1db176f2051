const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

/** Pauses before each attempt (Standard Webhooks' recommendation): ten attempts in a good three days. */
const pausesMs = [
  0,
  5 * secondMs,
  5 * minuteMs,
  30 * minuteMs,
  2 * hourMs,
  5 * hourMs,
  10 * hourMs,
  14 * hourMs,
  20 * hourMs,
  24 * hourMs,
] as const;

/** Up to this share more, so that what failed together does not come back together; never earlier than the table. */
const jitterShare = 0.2;

/** A receiver may ask for patience up to the table's longest pause. */
const retryAfterMaxMs = 24 * hourMs;

/** Milliseconds until the next attempt after `attempts` in vain; undefined when there is none left. */
export const nextPauseMs = (
  attempts: number,
  retryAfterMs: number | undefined,
  random: () => number,
): number | undefined => {
  const pauseMs = pausesMs[attempts];
  if (pauseMs === undefined) return undefined;
  const jitteredMs = pauseMs * (1 + jitterShare * random());
  return Math.round(Math.max(jitteredMs, Math.min(retryAfterMs ?? 0, retryAfterMaxMs)));
};

/** `Retry-After` (RFC 9110, 10.2.3): seconds or an HTTP date. Undefined for anything else and for the past. */
export const parseRetryAfterMs = (value: string | undefined, nowMs: number): number | undefined => {
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * secondMs;
  if (!/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(value)) return undefined;
  const waitMs = Date.parse(value) - nowMs;
  return waitMs > 0 ? waitMs : undefined;
};
