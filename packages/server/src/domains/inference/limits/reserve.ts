import { AppError } from '../../../platform/errors.ts';
import type { Principal } from '../../../platform/identity/index.ts';
import { rateLimited, takeOrRefuse, type RefusalWords } from '../../../platform/limits/refuse.ts';
import type {
  LimitDemand,
  LimitPolicy,
  Limiter,
  Reservation,
  ReserveRequest,
} from '../../../platform/limits/index.ts';
import type { Model } from '../types.ts';
import { budgetPolicy, modelPolicies, type LimitPolicies } from './policies.ts';

/** "Rate limit exceeded" (seed 3), and how long to wait. */
const seedWords: RefusalWords = (policy, retryAfterSeconds) => ({
  detail: 'Rate limit exceeded',
  remediation: `At most ${String(policy.quota)} in ${String(policy.windowSeconds)} s (${policy.name}): wait ${String(retryAfterSeconds)} s.`,
});

/** "GPU budget exceeded" (seed 3). */
export const budgetExceeded = (why: string): AppError =>
  new AppError('gpu_budget_exceeded', {
    detail: 'GPU budget exceeded',
    remediation: `${why} Ask for fewer tokens, or get a token with a larger budget at POST /auth/scoped-token.`,
  });

/** Counts one request for the user and the model. Errors: `rate_limited`. */
export const countRequest = async (
  limiter: Limiter,
  policies: LimitPolicies,
  principal: Principal,
  model: Model,
): Promise<void> => {
  const ofModel = modelPolicies(model).requests;
  const demands: LimitDemand[] = [
    { policy: policies.requests, key: principal.id },
    ...(ofModel === undefined ? [] : [{ policy: ofModel, key: model.name }]),
  ];
  await takeOrRefuse(limiter, demands, seedWords);
};

/** What is held for one call until it is settled. */
export interface Hold {
  /** Tokens that the answer may have. */
  readonly outputCap: number;
  /** Charges what was used and gives the rest back. Call it once, whatever became of the call. */
  settle(used: { readonly tokens: number; readonly gpuSeconds: number }): Promise<void>;
}

export interface HoldRequest {
  readonly principal: Principal;
  readonly model: Model;
  /** Tokens of the prompt, at most. */
  readonly promptTokens: number;
  /** Tokens of the answer that were asked for; undefined: as many as there are, up to the model's default. */
  readonly outputTokens: number | undefined;
  readonly deadlineSeconds: number;
}

/** What is held for a token or a user, and in which unit it is settled. */
interface Wanted {
  readonly request: ReserveRequest;
  readonly unit: 'tokens' | 'gpuSeconds';
}

/** A hold that is never settled goes back this long after its deadline. */
const holdSlackSeconds = 30;

const wantedOf = (
  policies: LimitPolicies,
  { principal, model, deadlineSeconds }: HoldRequest,
  tokens: number,
): readonly Wanted[] => {
  const ttlSeconds = deadlineSeconds + holdSlackSeconds;
  const ofModel = modelPolicies(model);
  const gpuSeconds = deadlineSeconds * model.gpuShare;
  const hold = (
    unit: Wanted['unit'],
    policy: LimitPolicy | undefined,
    key: string,
    units: number,
  ): readonly Wanted[] =>
    // What no window can hold would never pass: the most that there is, is held then.
    policy === undefined
      ? []
      : [{ unit, request: { policy, key, units: Math.min(units, policy.quota), ttlSeconds } }];
  return [
    ...hold('tokens', policies.tokens, principal.id, tokens),
    ...hold('gpuSeconds', policies.gpuSeconds, principal.id, gpuSeconds),
    ...hold('tokens', ofModel.tokens, model.name, tokens),
    ...hold('gpuSeconds', ofModel.gpuSeconds, model.name, gpuSeconds),
  ];
};

interface Held {
  readonly reservation: Reservation;
  readonly unit: Wanted['unit'];
}

const settleAll = async (limiter: Limiter, held: readonly Held[], used: Record<Wanted['unit'], number>) => {
  await Promise.all(held.map(async ({ reservation, unit }) => limiter.settle(reservation, used[unit])));
};

/** Holds tokens and GPU-seconds before a call starts: all of them, or none. */
export const createHolds = (limiter: Limiter, policies: LimitPolicies) => {
  /** The token's own budget. A call that names no size gets what is left. */
  const holdBudget = async ({
    principal: { grant },
    promptTokens,
    outputTokens,
    deadlineSeconds,
    model,
  }: HoldRequest): Promise<{ readonly held: readonly Held[]; readonly outputCap: number }> => {
    const asked = outputTokens ?? model.defaultOutputTokens;
    if (grant === undefined) return { held: [], outputCap: asked };
    const policy = budgetPolicy(grant.maxTokens);
    const ttlSeconds = deadlineSeconds + holdSlackSeconds;
    const least = promptTokens + (asked === 0 ? 0 : 1);
    let units = Math.min(promptTokens + asked, policy.quota);
    // The second time round for what was left the first time; others may have taken some of it meanwhile.
    for (let round = 0; round < 3; round += 1) {
      if (units < least) break;
      const result = await limiter.reserve({ policy, key: grant.tokenId, units, ttlSeconds });
      if (result.allowed) {
        return {
          held: [{ reservation: result.reservation, unit: 'tokens' }],
          outputCap: units - promptTokens,
        };
      }
      if (outputTokens !== undefined) break;
      units = Math.min(units - 1, result.decision.remaining);
    }
    throw budgetExceeded(
      `The prompt may have ${String(promptTokens)} tokens and the answer ${String(asked)}; the token was made for ${String(grant.maxTokens)} in all.`,
    );
  };

  return async (request: HoldRequest): Promise<Hold> => {
    const { held, outputCap } = await holdBudget(request);
    const wanted = wantedOf(policies, request, request.promptTokens + outputCap);
    const results = await Promise.all(wanted.map(async ({ request: one }) => limiter.reserve(one)));
    const all: Held[] = [...held];
    let refused: AppError | undefined;
    for (const [index, result] of results.entries()) {
      const one = wanted[index];
      if (one === undefined) continue;
      if (result.allowed) all.push({ reservation: result.reservation, unit: one.unit });
      else refused ??= rateLimited(one.request.policy, result.decision, seedWords);
    }
    if (refused !== undefined) {
      await settleAll(limiter, all, { tokens: 0, gpuSeconds: 0 });
      throw refused;
    }
    return { outputCap, settle: (used) => settleAll(limiter, all, used) };
  };
};
