import type { Clock } from '../../clock.ts';
import { checkUnits, decide } from '../bucket.ts';
import { createHolds } from '../holds.ts';
import { onlyDecision } from '../only-decision.ts';
import type { Limiter, ReserveRequest, ReserveResult } from '../types.ts';
import { counterKey, holdsKey, measures, type Counters } from './counters.ts';
import type { RedisLink } from './link.ts';
import { createPendingSettlements } from './pending-settlements.ts';
import { reserveScript } from './scripts.ts';
import type { Taking } from './take.ts';

export interface BudgetDeps {
  readonly link: RedisLink;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly counters: Counters;
  readonly taking: Taking;
}

/**
 * Budgets that replicas share. Others may give budget back at any time, so what this process knows of a counter is only
 * its own part; that part is what a Redis that lost its data is told.
 */
export const createBudgets = (deps: BudgetDeps): Pick<Limiter, 'reserve' | 'settle'> => {
  const { link, clock, newId, counters, taking } = deps;
  const settlements = createPendingSettlements(link);
  const holds = createHolds(clock, counters.adjust);

  const reserveLocally = (request: ReserveRequest): ReserveResult => {
    const decision = onlyDecision(taking.takeLocally([request]).decisions);
    return decision.allowed
      ? { allowed: true, decision, reservation: holds.open(request) }
      : { allowed: false, decision };
  };

  const reserveShared = async (request: ReserveRequest): Promise<ReserveResult> => {
    const { policy, key, units, ttlSeconds } = request;
    const known = counters.ask(request);
    const { era } = link.outage();
    const id = newId();
    try {
      const [held, level] = await link.run(
        reserveScript,
        [counterKey(policy, key), holdsKey(policy, key)],
        [...measures(policy), String(units), known.level.toFixed(9), id, String(ttlSeconds * 1_000_000)],
      );
      if (link.away() || link.outage().era !== era) return await reserve(request);
      const decision = decide(policy, Number(level), units, held === 1);
      if (!decision.allowed) return { allowed: false, decision };
      counters.adjust(policy, key, units);
      return { allowed: true, decision, reservation: holds.open(request, id) };
    } catch {
      return reserveLocally(request);
    }
  };

  const reserve: Limiter['reserve'] = (request) => {
    checkUnits(request.units);
    holds.expire();
    return link.away() ? reserveLocally(request) : reserveShared(request);
  };

  return {
    reserve,
    settle: (reservation, actualUnits) => {
      checkUnits(actualUnits);
      holds.close(reservation, actualUnits);
      if (reservation.place === 'local') return;
      const { id, policy, key, units } = reservation;
      return settlements.settle({
        keys: [counterKey(policy, key), holdsKey(policy, key)],
        args: [...measures(policy), String(actualUnits), id, String(units)],
      });
    },
  };
};
