import type { FastifyRequest } from 'fastify';
import { AppError } from '../errors.ts';
import type { Authenticator, Principal } from '../identity/principal.ts';
import { authorize, requireAuthorization } from '../identity/authorize.ts';
import { addressKey } from '../limits/address-key.ts';
import type { BlockGuard } from '../limits/block-guard.ts';
import { rateLimitHeaders, type RateLimitHeaders } from '../limits/headers.ts';
import { rateLimited, takeOrRefuse } from '../limits/refuse.ts';
import type { LimitDecision, LimitDemand, Limiter } from '../limits/types.ts';
import { principalPolicy, type GateLimits } from './gate-limits.ts';
import type { Access, Route } from './route.ts';

export { defaultGateLimits, type GateLimits } from './gate-limits.ts';

export interface GateDeps {
  readonly limiter: Limiter;
  readonly limits: GateLimits;
  readonly authenticator: Authenticator;
  /** Absent: clients are refused and never blocked. */
  readonly blocks?: BlockGuard | undefined;
  readonly onAuthAttempt: (method: string, outcome: string) => void;
}

export interface Admitted {
  readonly principal: Principal | undefined;
  readonly ownOnly: boolean;
  /** What is left of the limit that counts for this client; for the answer, whatever it will be. */
  readonly headers: RateLimitHeaders;
}

/** One request on its way through the gate. */
interface Passing {
  readonly route: Route;
  readonly address: string;
  /** The address as limits count it. */
  readonly from: string;
  readonly authorization: string | undefined;
}

const methodOf = (authorization: string | undefined): string => {
  if (authorization === undefined) return 'none';
  return authorization.includes('.') ? 'jwt' : 'api_key';
};

const decisionAt = (decisions: readonly LimitDecision[], index: number): LimitDecision => {
  const decision = decisions[index];
  if (decision === undefined) throw new Error('Every demand has its decision');
  return decision;
};

/** What an address may do before it is known who asks. Units 0 only ask whether guesses are left. */
const passAddress = async (deps: GateDeps, passing: Passing): Promise<RateLimitHeaders> => {
  const { limiter, limits } = deps;
  const { from, route, authorization } = passing;
  const flood: LimitDemand = { policy: limits.perAddress, key: from };
  if (!('scope' in route.access)) {
    const policy = limits.anonymousPerAddress;
    const decisions = await takeOrRefuse(limiter, [flood, { policy, key: from, units: route.cost ?? 1 }]);
    return rateLimitHeaders(policy, decisionAt(decisions, 1));
  }
  const policy = limits.failuresPerAddress;
  const decisions = await takeOrRefuse(limiter, [flood, { policy, key: from, units: 0 }]);
  const guesses = decisionAt(decisions, 1);
  // Whoever was accepted from behind this address before is not the one who guesses.
  const known = authorization !== undefined && deps.blocks?.knows(authorization) === true;
  if (guesses.remaining === 0 && !known) {
    const oneGuessSeconds = Math.ceil(policy.windowSeconds / policy.quota);
    throw rateLimited(policy, { ...guesses, retryAfterSeconds: oneGuessSeconds });
  }
  if (guesses.remaining < policy.quota) deps.blocks?.watch(passing.address);
  return rateLimitHeaders(limits.perAddress, decisionAt(decisions, 0));
};

/** A refused credential counts as a guess, a missing one as a stranger's request. */
const chargeRefusal = async (
  deps: GateDeps,
  { from, authorization }: Passing,
  error: AppError,
): Promise<void> => {
  const { limiter, limits } = deps;
  if (error.code === 'not_authenticated') {
    await takeOrRefuse(limiter, [{ policy: limits.anonymousPerAddress, key: from }]);
    return;
  }
  await limiter.check(limits.failuresPerAddress, from);
  if (authorization !== undefined) deps.blocks?.forget(authorization);
};

const authenticate = async (deps: GateDeps, passing: Passing): Promise<Principal> => {
  const { authorization, address } = passing;
  try {
    const principal = await deps.authenticator.authenticate({ authorization, remoteAddress: address });
    deps.onAuthAttempt(methodOf(authorization), 'granted');
    if (authorization !== undefined) deps.blocks?.accepted(authorization, principal.id, address);
    return principal;
  } catch (error) {
    const refused = error instanceof AppError && error.status < 500;
    deps.onAuthAttempt(methodOf(authorization), refused ? 'refused' : 'error');
    if (refused) await chargeRefusal(deps, passing, error);
    throw error;
  }
};

const requireAccess = (principal: Principal, access: Extract<Access, { scope: unknown }>): boolean => {
  const { scope, only, refusal } = access;
  if (refusal !== undefined && !authorize(principal, scope).granted) {
    throw new AppError('insufficient_scope', { detail: refusal });
  }
  const { ownOnly } = requireAuthorization(principal, scope);
  if (only === 'full' && ownOnly) {
    throw new AppError('insufficient_scope', {
      detail: `This request needs the scope ${scope}, not just its own form`,
    });
  }
  if (only === 'login' && principal.kind !== 'user' && principal.kind !== 'anonymous') {
    throw new AppError('insufficient_scope', { detail: 'This needs the login of a person' });
  }
  return ownOnly;
};

/** Who is asking, and may they: block → address limits → authenticate → authorize → principal limit. */
export const passGate = async (
  deps: GateDeps,
  route: Route,
  request: FastifyRequest,
  onPrincipal: (principal: Principal) => void,
): Promise<Admitted> => {
  const address = request.state.subject.remoteAddress;
  const { authorization } = request.headers;
  deps.blocks?.refuseBlocked(address, authorization);
  const passing: Passing = { route, address, from: addressKey(address), authorization };
  const stranger = await passAddress(deps, passing);
  if (!('scope' in route.access)) return { principal: undefined, ownOnly: false, headers: stranger };
  const principal = await authenticate(deps, passing);
  onPrincipal(principal);
  const ownOnly = requireAccess(principal, route.access);
  const policy = principalPolicy(deps.limits, route.access.scope);
  const demand = { policy, key: principal.id, units: route.cost ?? 1 };
  const decisions = await takeOrRefuse(deps.limiter, [demand]);
  return { principal, ownOnly, headers: rateLimitHeaders(policy, decisionAt(decisions, 0)) };
};

/** Counts a request that a limit refused; who goes on like that is blocked for a while. */
export const noteRefusal = (
  deps: Pick<GateDeps, 'blocks'>,
  error: AppError,
  request: FastifyRequest,
): void => {
  if (error.code !== 'rate_limited') return;
  const { principal, subject } = request.state;
  const reason = /^"([a-z-]+)"/.exec(error.options.headers?.['ratelimit-policy'] ?? '')?.[1] ?? 'unknown';
  deps.blocks?.strike({
    principal,
    address: subject.remoteAddress,
    authorization: request.headers.authorization,
    reason,
  });
};
