import type { LimitDecision, LimitPolicy } from './types.ts';

export interface RateLimitHeaders {
  readonly 'ratelimit-policy': string;
  readonly ratelimit: string;
}

/** The fields of draft-ietf-httpapi-ratelimit-headers-11 for the policy that counts most for a client. */
export const rateLimitHeaders = (policy: LimitPolicy, decision: LimitDecision): RateLimitHeaders => {
  const seconds = decision.allowed ? decision.resetSeconds : decision.retryAfterSeconds;
  return {
    'ratelimit-policy': `"${policy.name}";q=${policy.quota};w=${policy.windowSeconds}`,
    ratelimit: `"${policy.name}";r=${decision.remaining};t=${seconds}`,
  };
};
