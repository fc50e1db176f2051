/** What the retries of one request know. */
export interface RetryOptions {
  /** Attempts beside the first; 4 unless told. */
  readonly retries?: number | undefined;
  readonly sleep?: ((ms: number) => Promise<void>) | undefined;
  /** From 0 to less than 1. */
  readonly random?: (() => number) | undefined;
}

const defaultRetries = 4;
const firstMs = 250;
const longestMs = 20_000;
const retryable: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** `Retry-After` in milliseconds; undefined where there is none that can be read. */
export const retryAfterMs = (value: string | null, nowMs: number): number | undefined => {
  if (value === null) return undefined;
  if (/^\d{1,6}$/.test(value)) return Number(value) * 1000;
  const atMs = Date.parse(value);
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs);
};

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Sends again what may succeed later: full jitter on a doubling delay, and `Retry-After` where the server says it. An
 * attempt without an answer is repeated only where that can do no harm.
 */
export const withRetries = async (
  attempt: () => Promise<Response>,
  { repeatable }: { readonly repeatable: boolean },
  { retries = defaultRetries, sleep = wait, random = Math.random }: RetryOptions,
): Promise<Response> => {
  for (let made = 0; ; made += 1) {
    const delayMs = Math.min(longestMs, firstMs * 2 ** made) * random();
    let response: Response;
    try {
      response = await attempt();
    } catch (error) {
      if (!repeatable || made >= retries) throw error;
      await sleep(delayMs);
      continue;
    }
    const again = retryable.has(response.status) && (repeatable || response.status === 429);
    if (!again || made >= retries) return response;
    await response.body?.cancel();
    await sleep(
      Math.min(longestMs, retryAfterMs(response.headers.get('retry-after'), Date.now()) ?? delayMs),
    );
  }
};
