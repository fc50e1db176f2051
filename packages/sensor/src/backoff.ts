/** First wait after a failure; doubled with each further one. */
export const firstBackoffMs = 500;
/** A sensor asks a server that is away at least this often, so that catching up starts soon after it is back. */
export const maxBackoffMs = 30_000;
/** After 401 or 403 a person has to act: asking often only fills the audit log. */
export const authBackoffMs = 60_000;
/** A `Retry-After` longer than this is cut, so that a bad header cannot silence a sensor. */
export const maxRetryAfterMs = 300_000;

/**
 * How long to wait before attempt `attempt + 1` (the first failure is attempt 1). Half of the exponential wait is
 * random, so that a fleet does not return in one instant; `Retry-After` is a floor, with the same spread on top.
 */
export const backoffMs = ({
  attempt,
  random,
  retryAfterMs = 0,
}: {
  attempt: number;
  random: () => number;
  retryAfterMs?: number;
}): number => {
  const ceiling = Math.min(maxBackoffMs, firstBackoffMs * 2 ** Math.min(attempt - 1, 20));
  const own = ceiling / 2 + (ceiling / 2) * random();
  const floor = Math.min(retryAfterMs, maxRetryAfterMs);
  return floor === 0 ? own : floor + Math.min(own, floor) * random();
};

/** `Retry-After` as seconds or as an HTTP date, in milliseconds from `nowMs`; 0 when absent or unreadable. */
export const parseRetryAfter = (value: string | null, nowMs: number): number => {
  if (value === null) return 0;
  const trimmed = value.trim();
  if (/^\d{1,9}$/.test(trimmed)) return Number(trimmed) * 1000;
  const at = Date.parse(trimmed);
  return Number.isNaN(at) ? 0 : Math.max(0, at - nowMs);
};
