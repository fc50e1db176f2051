import type { Clock } from '../../clock.ts';
import { decide, fits } from '../bucket.ts';
import type { LimitDecision, LimitDemand, LimitPolicy, LimitVerdict, Soon } from '../types.ts';
import { counterKey, measures, type Asked, type Counters } from './counters.ts';
import { localShare } from './insurance.ts';
import type { RedisLink } from './link.ts';
import { takeScript } from './scripts.ts';

export interface Taking {
  /** With Redis, or without where it is away. */
  take(demands: readonly LimitDemand[]): Soon<LimitVerdict>;
  /** By this replica's share alone. */
  takeLocally(demands: readonly LimitDemand[]): LimitVerdict;
}

/** Decisions about several demands at once. `share` is what of each policy counts here. */
const verdictOf = (
  asked: readonly Asked[],
  share: (policy: LimitPolicy) => LimitPolicy,
  allowed: boolean,
): LimitVerdict => ({
  allowed,
  decisions: asked.map(({ policy, level, units }): LimitDecision => {
    const counted = share(policy);
    const passes = fits(counted, level, units);
    return passes && !allowed ? decide(counted, level, 0, true) : decide(counted, level, units, passes);
  }),
});

const whole = (policy: LimitPolicy): LimitPolicy => policy;

/** One step in Redis for all demands. What is known to be used goes along, for a Redis that forgot it. */
const askRedis = async (
  link: RedisLink,
  asked: readonly Asked[],
): Promise<{ readonly allowed: boolean; readonly answered: readonly Asked[] }> => {
  const keys = asked.map(({ policy, key }) => counterKey(policy, key));
  const args = asked.flatMap(({ policy, units, level }) => [
    ...measures(policy),
    String(units),
    level === 0 ? '0' : level.toFixed(9),
  ]);
  const [taken, ...levels] = await link.run(takeScript, keys, args);
  return {
    allowed: taken === 1,
    answered: asked.map((one, index) => ({ ...one, level: Number(levels[index]) })),
  };
};

export const createTaking = (link: RedisLink, clock: Clock, counters: Counters): Taking => {
  const takeLocally = (demands: readonly LimitDemand[]): LimitVerdict => {
    const share = (policy: LimitPolicy): LimitPolicy => localShare(policy, link.outage().replicas);
    const asked = demands.map(counters.ask);
    const allowed = asked.every(({ policy, level, units }) => fits(share(policy), level, units));
    const nowMs = clock.monotonicMs();
    for (const one of asked) {
      if (allowed && one.units > 0) counters.learn(one, one.level + one.units, nowMs, true);
    }
    return verdictOf(asked, share, allowed);
  };

  const takeShared = async (
    demands: readonly LimitDemand[],
    asked: readonly Asked[],
  ): Promise<LimitVerdict> => {
    const { era } = link.outage();
    const sentMs = clock.monotonicMs();
    try {
      const { allowed, answered } = await askRedis(link, asked);
      // An answer from before an outage: what was taken stays taken, and the stricter count decides.
      if (link.away() || link.outage().era !== era) return await take(demands);
      for (const one of answered) counters.learn(one, one.level + (allowed ? one.units : 0), sentMs, false);
      return verdictOf(answered, whole, allowed);
    } catch {
      return takeLocally(demands);
    }
  };

  const take = (demands: readonly LimitDemand[]): Soon<LimitVerdict> => {
    if (link.away()) return takeLocally(demands);
    const asked = demands.map(counters.ask);
    // What is over the limit by what is known already costs no round trip: others can only have added to it.
    return asked.every(({ policy, level, units }) => fits(policy, level, units))
      ? takeShared(demands, asked)
      : verdictOf(asked, whole, false);
  };

  return { take, takeLocally };
};
