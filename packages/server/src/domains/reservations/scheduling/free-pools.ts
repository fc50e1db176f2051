import type { Part, Pool } from './types.ts';

/** Which pools may be taken; undefined: all that take jobs. */
export type PoolFilter = (index: number) => boolean;

/** What is free of one type while a plan is made. Pools are named by their index in `pools`. */
export interface FreePools {
  readonly pools: readonly Pool[];
  free(index: number): number;
  indexOf(node: string): number | undefined;
  /** As many pools as nodes are asked for, the fullest that still fit; undefined where there are too few. */
  find(units: number, nodes: number, filter?: PoolFilter): readonly number[] | undefined;
  take(index: number, units: number): Part;
  give(index: number, units: number): void;
}

/**
 * Pools in buckets by what they have free. Looking in the bucket that just fits first leaves whole nodes whole, and
 * costs what it finds: a thousand nodes are not walked for one job.
 */
export const createFreePools = (pools: readonly Pool[]): FreePools => {
  const free = pools.map((pool) => pool.free);
  const ids = pools.map((pool) => (pool.freeIds === null ? null : [...pool.freeIds]));
  const byNode = new Map(pools.map((pool, index) => [pool.node, index]));
  const buckets: Set<number>[] = [];
  const bucket = (count: number): Set<number> => (buckets[Math.max(0, count)] ??= new Set());
  pools.forEach((pool, index) => {
    if (pool.closed === null) bucket(pool.free).add(index);
  });

  const change = (index: number, by: number): void => {
    const before = free[index] ?? 0;
    free[index] = before + by;
    if (pools[index]?.closed !== null) return;
    bucket(before).delete(index);
    bucket(before + by).add(index);
  };

  return {
    pools,
    free: (index) => free[index] ?? 0,
    indexOf: (node) => byNode.get(node),
    find: (units, nodes, filter) => {
      const found: number[] = [];
      for (let count = units; count < buckets.length; count += 1) {
        for (const index of buckets[count] ?? []) {
          if (filter !== undefined && !filter(index)) continue;
          found.push(index);
          if (found.length === nodes) return found;
        }
      }
      return undefined;
    },
    take: (index, units) => {
      const deviceIds = ids[index]?.splice(0, units) ?? [];
      change(index, -units);
      return { node: pools[index]?.node ?? '', units, deviceIds };
    },
    give: (index, units) => {
      change(index, units);
    },
  };
};

/** Whether the job of this length is over before the node's maintenance begins. */
export const endsInTime = (pool: Pool | undefined, nowMs: number, durationMs: number): boolean =>
  pool !== undefined && (pool.maintenanceFromMs === null || nowMs + durationMs <= pool.maintenanceFromMs);

export const groupByType = (pools: readonly Pool[]): ReadonlyMap<string, readonly Pool[]> =>
  Map.groupBy(pools, (pool) => pool.gpuType);
