import type { LimitPolicy } from '../../../platform/limits/index.ts';
import { scopedTokenTtlSeconds } from '../../../platform/identity/index.ts';
import type { Model } from '../types.ts';

/** What every user may use; a model may have limits of its own beside. */
export interface UserLimits {
  readonly requestsPerMinute: number;
  readonly tokensPerMinute: number;
  readonly gpuSecondsPerHour: number;
}

export interface LimitPolicies {
  readonly requests: LimitPolicy;
  readonly tokens: LimitPolicy;
  readonly gpuSeconds: LimitPolicy;
}

const minute = 60;
const hour = 3600;

export const userPolicies = (limits: UserLimits): LimitPolicies => ({
  requests: { name: 'llm-requests', quota: limits.requestsPerMinute, windowSeconds: minute },
  tokens: { name: 'llm-tokens', quota: limits.tokensPerMinute, windowSeconds: minute },
  gpuSeconds: { name: 'llm-gpu-seconds', quota: limits.gpuSecondsPerHour, windowSeconds: hour },
});

/** The limits of a model over all its users, where it has some. */
export const modelPolicies = ({
  limits,
}: Model): { readonly [K in keyof LimitPolicies]: LimitPolicy | undefined } => {
  const policy = (name: string, quota: number | undefined, windowSeconds: number): LimitPolicy | undefined =>
    quota === undefined ? undefined : { name, quota, windowSeconds };
  return {
    requests: policy('llm-model-requests', limits.requestsPerMinute, minute),
    tokens: policy('llm-model-tokens', limits.tokensPerMinute, minute),
    gpuSeconds: policy('llm-model-gpu-seconds', limits.gpuSecondsPerHour, hour),
  };
};

const longestWindowSeconds = 30 * 24 * hour;
/** A little more than a token lives, for clocks that differ. */
const budgetLifeSeconds = scopedTokenTtlSeconds + 1;

/**
 * A token's budget as a limit. Counters leak, budgets must not: the window is so long that less than one token leaks in
 * the token's whole life, and where it cannot be that long, what would leak is taken off the budget before.
 */
export const budgetPolicy = (maxTokens: number): LimitPolicy => {
  const windowSeconds = Math.min(longestWindowSeconds, Math.max(hour, (maxTokens + 1) * budgetLifeSeconds));
  const leaked = (maxTokens * budgetLifeSeconds) / windowSeconds;
  const quota = leaked < 1 ? maxTokens : Math.max(1, maxTokens - Math.ceil(leaked));
  return { name: 'llm-budget', quota, windowSeconds };
};
