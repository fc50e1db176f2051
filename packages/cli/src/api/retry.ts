/** Attempts of one request in all: the first and at most three more. */
export const maxAttempts = 4;
/** A server that asks for more patience than this gets the command's end instead of a silent wait. */
export const longestWaitMs = 30_000;

/** Seconds or an HTTP date, as milliseconds from now; undefined when there is none to understand. */
export const parseRetryAfterMs = (header: string | null, nowMs: number): number | undefined => {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header.trim()) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
};

export interface Refusal {
  readonly status: number;
  readonly retryAfterMs: number | undefined;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** Whether sending it again cannot do it twice. */
  readonly repeatable: boolean;
}

/** How long to wait before trying again, or undefined: give up. Only what the server refused for now is retried. */
export const retryDelayMs = ({ status, retryAfterMs, attempt, repeatable }: Refusal): number | undefined => {
  if (!repeatable || attempt >= maxAttempts) return undefined;
  if (status !== 429 && status !== 503) return undefined;
  if (retryAfterMs === undefined || retryAfterMs > longestWaitMs) return undefined;
  return retryAfterMs;
};
