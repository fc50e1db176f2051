import type { Clock } from '../../clock.ts';
import { onlyDecision } from '../only-decision.ts';
import type { Limiter } from '../types.ts';
import { createBudgets } from './budgets.ts';
import { createCounters } from './counters.ts';
import type { RedisLink } from './link.ts';
import { createTaking } from './take.ts';

export interface RedisLimiterDeps {
  readonly link: RedisLink;
  readonly clock: Clock;
  readonly newId: () => string;
}

/**
 * Limits in Redis, exact over all replicas, one round trip for all policies of a request. What this process knows is
 * kept beside: who is over the limit is refused from memory, a Redis that lost its data is told the least that it must
 * know, and while it is away each replica counts for itself (insurance.ts).
 */
export const createRedisLimiter = ({ link, clock, newId }: RedisLimiterDeps): Limiter => {
  const counters = createCounters(link, clock);
  const taking = createTaking(link, clock, counters);
  return {
    check: (policy, key, units = 1) => {
      const verdict = taking.take([{ policy, key, units }]);
      return verdict instanceof Promise
        ? verdict.then(({ decisions }) => onlyDecision(decisions))
        : onlyDecision(verdict.decisions);
    },
    checkAll: taking.take,
    ...createBudgets({ link, clock, newId, counters, taking }),
  };
};
