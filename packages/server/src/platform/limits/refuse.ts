import { AppError } from '../errors.ts';
import { rateLimitHeaders } from './headers.ts';
import type { LimitDecision, LimitDemand, LimitPolicy, Limiter } from './types.ts';

/** How a refusal is worded, where a seed gives its own words. */
export type RefusalWords = (
  policy: LimitPolicy,
  retryAfterSeconds: number,
) => { readonly detail: string; readonly remediation?: string };

const plainWords: RefusalWords = (policy) => ({
  detail: `More than ${policy.quota} in ${policy.windowSeconds} s`,
});

/** `rate_limited` (429) with Retry-After and the RateLimit fields. */
export const rateLimited = (
  policy: LimitPolicy,
  decision: LimitDecision,
  words: RefusalWords = plainWords,
): AppError => {
  const retryAfterSeconds = Math.max(1, decision.retryAfterSeconds);
  return new AppError('rate_limited', {
    ...words(policy, retryAfterSeconds),
    retryAfterSeconds,
    headers: { ...rateLimitHeaders(policy, { ...decision, allowed: false, retryAfterSeconds }) },
  });
};

/** Takes all of the demands or none. Errors: `rate_limited`, of the first policy that refuses. */
export const takeOrRefuse = async (
  limiter: Limiter,
  demands: readonly LimitDemand[],
  words?: RefusalWords,
): Promise<readonly LimitDecision[]> => {
  const { decisions } = await limiter.checkAll(demands);
  for (const [index, decision] of decisions.entries()) {
    const demand = demands[index];
    if (!decision.allowed && demand !== undefined) throw rateLimited(demand.policy, decision, words);
  }
  return decisions;
};
