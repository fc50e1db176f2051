import { storageKey } from './storage-key.ts';
import type { LimitPolicy } from './types.ts';

/** Counters by policy and key. */
export interface LruTable<T> {
  get(policy: LimitPolicy, key: string): T | undefined;
  set(policy: LimitPolicy, key: string, value: T): void;
  size(): number;
}

/** The least recently seen clients of a policy beyond this many are forgotten: about 150 bytes each. */
const maxTrackedPerPolicy = 100_000;

/** Policies are a closed set; more names than this are a mistake that would cost memory. */
const maxPolicies = 256;

/** Each policy has a table of its own, so that a flood of strange addresses cannot push out counters of principals. */
export const createLruTable = <T>(capacity = maxTrackedPerPolicy): LruTable<T> => {
  const tables = new Map<string, Map<string, T>>();

  const tableOf = (name: string): Map<string, T> => {
    const known = tables.get(name);
    if (known !== undefined) return known;
    if (tables.size >= maxPolicies) throw new RangeError('There are too many limit policies');
    const made = new Map<string, T>();
    tables.set(name, made);
    return made;
  };

  return {
    get: (policy, key) => tables.get(policy.name)?.get(storageKey(key)),
    set: (policy, key, value) => {
      const table = tableOf(policy.name);
      const id = storageKey(key);
      table.delete(id);
      table.set(id, value);
      if (table.size <= capacity) return;
      const oldest = table.keys().next();
      if (!oldest.done) table.delete(oldest.value);
    },
    size: () => tables.values().reduce((sum, table) => sum + table.size, 0),
  };
};
