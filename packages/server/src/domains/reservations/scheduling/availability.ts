import type { TypeAvailability } from '@gpushield/contracts';
import type { Pool } from './types.ts';

/** What is there of each type, what is free, and how it is spread. One walk over the pools. */
export const summarize = (
  pools: readonly Pool[],
  queuedUnits: ReadonlyMap<string, number>,
  maxPerNode: ReadonlyMap<string, number>,
): Readonly<Record<string, TypeAvailability>> => {
  const types = new Map<string, { -readonly [K in keyof TypeAvailability]: TypeAvailability[K] }>();
  const entry = (gpuType: string) => {
    const known = types.get(gpuType);
    if (known !== undefined) return known;
    const fresh = {
      gpu_type: gpuType,
      total: 0,
      available: 0,
      in_use: 0,
      queued: queuedUnits.get(gpuType) ?? 0,
      max_per_node: 0,
      largest_free: 0,
      free_whole_nodes: 0,
      unavailable: 0,
    };
    types.set(gpuType, fresh);
    return fresh;
  };
  for (const gpuType of queuedUnits.keys()) entry(gpuType);
  for (const pool of pools) {
    const of = entry(pool.gpuType);
    of.total += pool.total;
    of.in_use += pool.total - pool.free;
    of.max_per_node = Math.max(
      of.max_per_node,
      Math.min(pool.total, maxPerNode.get(pool.gpuType) ?? pool.total),
    );
    if (pool.closed !== null) {
      of.unavailable += pool.free;
      continue;
    }
    of.available += pool.free;
    of.largest_free = Math.max(
      of.largest_free,
      Math.min(pool.free, maxPerNode.get(pool.gpuType) ?? pool.free),
    );
    if (pool.free === pool.total && pool.total > 0) of.free_whole_nodes += 1;
  }
  return Object.fromEntries([...types].sort(([a], [b]) => (a < b ? -1 : 1)));
};
