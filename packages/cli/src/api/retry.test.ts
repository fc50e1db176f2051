import { describe, expect, it } from 'vitest';
import { longestWaitMs, maxAttempts, parseRetryAfterMs, retryDelayMs } from './retry.ts';

describe('retries', () => {
  const refusal = { status: 503, retryAfterMs: 1000, attempt: 1, repeatable: true };
  it('wait as long as the server asks, for what it refused for now', () => {
    expect(retryDelayMs(refusal)).toBe(1000);
    expect(retryDelayMs({ ...refusal, status: 429 })).toBe(1000);
  });
  it('never repeat what might be done twice, what failed for good, or without end', () => {
    expect(retryDelayMs({ ...refusal, repeatable: false })).toBeUndefined();
    expect(retryDelayMs({ ...refusal, status: 500 })).toBeUndefined();
    expect(retryDelayMs({ ...refusal, attempt: maxAttempts })).toBeUndefined();
    expect(retryDelayMs({ ...refusal, retryAfterMs: undefined })).toBeUndefined();
    expect(retryDelayMs({ ...refusal, retryAfterMs: longestWaitMs + 1 })).toBeUndefined();
  });
  it('read Retry-After as seconds and as a date', () => {
    expect(parseRetryAfterMs('2', 0)).toBe(2000);
    expect(parseRetryAfterMs('Thu, 01 Jan 1970 00:00:05 GMT', 1000)).toBe(4000);
    expect(parseRetryAfterMs('soon', 0)).toBeUndefined();
  });
});
