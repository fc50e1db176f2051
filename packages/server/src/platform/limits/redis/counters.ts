import type { Clock } from '../../clock.ts';
import { checkUnits } from '../bucket.ts';
import { createLruTable } from '../lru-table.ts';
import { storageKey } from '../storage-key.ts';
import type { LimitDemand, LimitPolicy } from '../types.ts';
import { knownLevel, type Known } from './insurance.ts';
import { redisKey, type RedisLink } from './link.ts';

/** A demand beside what is known of its counter. */
export interface Asked {
  readonly policy: LimitPolicy;
  readonly key: string;
  readonly units: number;
  readonly level: number;
}

/** What this process knows of every counter. */
export interface Counters {
  ask(demand: LimitDemand): Asked;
  /** `local`: counted here alone, while Redis is away. */
  learn(counter: Pick<Asked, 'policy' | 'key'>, level: number, atMs: number, local: boolean): void;
  /** Adds what this process used, or with negative units gave back. */
  adjust(policy: LimitPolicy, key: string, units: number): void;
}

export const createCounters = (link: RedisLink, clock: Clock): Counters => {
  const table = createLruTable<Known>();
  const counters: Counters = {
    ask: ({ policy, key, units = 1 }) => {
      checkUnits(units);
      const level = knownLevel(policy, table.get(policy, key), link.outage(), clock.monotonicMs());
      return { policy, key, units, level };
    },
    learn: ({ policy, key }, level, atMs, local) => {
      table.set(policy, key, { level: Math.max(0, level), atMs, era: link.outage().era, local });
    },
    adjust: (policy, key, units) => {
      const { level } = counters.ask({ policy, key, units: 0 });
      counters.learn({ policy, key }, level + units, clock.monotonicMs(), link.away());
    },
  };
  return counters;
};

export const counterKey = (policy: LimitPolicy, key: string): string =>
  redisKey('count', policy.name, storageKey(key));
export const holdsKey = (policy: LimitPolicy, key: string): string =>
  redisKey('holds', policy.name, storageKey(key));

/** Quota and window in µs, as scripts take them. */
export const measures = ({ quota, windowSeconds }: LimitPolicy): readonly [string, string] => [
  String(quota),
  String(windowSeconds * 1_000_000),
];
