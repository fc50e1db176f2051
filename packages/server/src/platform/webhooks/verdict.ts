import type { OutboundFailureKind } from '../outbound/types.ts';
import { nextPauseMs } from './retry-schedule.ts';

/** How one attempt went, as the network told it. */
export type AttemptResult =
  | { readonly kind: 'answer'; readonly status: number; readonly retryAfterMs: number | undefined }
  | { readonly kind: 'failure'; readonly error: OutboundFailureKind | 'secret_unavailable' };

/** What follows for the delivery. `gone` also disables the endpoint. */
export type Verdict =
  | { readonly kind: 'succeeded' }
  | { readonly kind: 'retry'; readonly pauseMs: number; readonly error: string }
  | { readonly kind: 'failed'; readonly error: string }
  | { readonly kind: 'gone'; readonly error: string };

const goneStatus = 410;

/** `attempts` counts this one. Success is 2xx alone: a redirect is not followed, and so is a failure. */
export const verdictOf = (result: AttemptResult, attempts: number, random: () => number): Verdict => {
  if (result.kind === 'answer' && result.status >= 200 && result.status < 300) return { kind: 'succeeded' };
  if (result.kind === 'answer' && result.status === goneStatus) return { kind: 'gone', error: 'gone' };
  const error = result.kind === 'answer' ? 'http_status' : result.error;
  const retryAfterMs = result.kind === 'answer' ? result.retryAfterMs : undefined;
  const pauseMs = nextPauseMs(attempts, retryAfterMs, random);
  return pauseMs === undefined ? { kind: 'failed', error } : { kind: 'retry', pauseMs, error };
};
