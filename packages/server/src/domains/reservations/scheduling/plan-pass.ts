import { createFreePools, endsInTime, groupByType, type FreePools } from './free-pools.ts';
import { orderQueues } from './queue-order.ts';
import { createQuotaBook, type QuotaBook } from './quota-book.ts';
import type { ClusterState, HeldJob, Placed, WaitingJob } from './types.ts';

/** The nodes that the first job in line waits for, and when it gets them. */
interface Shadow {
  readonly atMs: number;
  readonly indexes: ReadonlySet<number>;
}

/**
 * When the job that is first in line could start if nothing else started before it: held jobs end one after the other
 * until enough nodes have room. Undefined where even then they have not.
 */
const shadowOf = (
  job: WaitingJob,
  free: FreePools,
  held: readonly HeldJob[],
  nowMs: number,
): Shadow | undefined => {
  const room = free.pools.map((_pool, index) => free.free(index));
  const fits = new Set<number>();
  const isUsable = (index: number): boolean => {
    const pool = free.pools[index];
    return pool?.closed === null && endsInTime(pool, nowMs, job.durationMs);
  };
  room.forEach((units, index) => {
    if (units >= job.units && isUsable(index)) fits.add(index);
  });
  for (const ending of held) {
    for (const { node, units } of ending.parts) {
      const index = free.indexOf(node);
      if (index === undefined) continue;
      room[index] = (room[index] ?? 0) + units;
      if ((room[index] ?? 0) >= job.units && isUsable(index)) fits.add(index);
    }
    if (fits.size >= job.nodes) {
      return { atMs: Math.max(nowMs, ending.endsAtMs), indexes: new Set([...fits].slice(0, job.nodes)) };
    }
  }
  return undefined;
};

interface TypePlan {
  readonly nowMs: number;
  readonly queue: readonly WaitingJob[];
  readonly free: FreePools;
  /** Of this type, by their end. */
  readonly held: HeldJob[];
  readonly quotas: QuotaBook;
}

const insertByEnd = (held: HeldJob[], job: HeldJob): void => {
  const at = held.findIndex(({ endsAtMs }) => endsAtMs > job.endsAtMs);
  held.splice(at === -1 ? held.length : at, 0, job);
};

const planType = ({ nowMs, queue, free, held, quotas }: TypePlan): Placed[] => {
  const placed: Placed[] = [];
  let shadow: Shadow | undefined;
  // A demand that found no room finds none later in this pass either: room only shrinks.
  const hopeless = new Set<string>();
  for (const job of queue) {
    if (quotas.refuses(job) !== undefined) continue;
    const demand = `${job.units} ${job.nodes} ${job.durationMs}`;
    if (hopeless.has(demand)) continue;
    const endsMs = nowMs + job.durationMs;
    const behind = shadow;
    const found = free.find(
      job.units,
      job.nodes,
      (index) =>
        endsInTime(free.pools[index], nowMs, job.durationMs) &&
        (behind === undefined || endsMs <= behind.atMs || !behind.indexes.has(index)),
    );
    if (found === undefined) {
      hopeless.add(demand);
      shadow ??= shadowOf(job, free, held, nowMs);
      continue;
    }
    const parts = found.map((index) => free.take(index, job.units));
    const { jobId, userId, gpuType, gpus } = job;
    if (shadow === undefined) insertByEnd(held, { jobId, userId, gpuType, gpus, parts, endsAtMs: endsMs });
    quotas.add(userId, gpus);
    placed.push({ jobId, parts });
  }
  return placed;
};

/**
 * One scheduling pass: which waiting jobs start now, and where. Jobs go in the order of their queue; the first that
 * finds no room keeps the nodes that it will get, and later jobs pass it only where they don't delay it (EASY
 * backfill: Lifka, "The ANL/IBM SP scheduling system", 1995). A job of several nodes starts whole or not at all, and
 * never more is given than a pool has free.
 */
export const planPass = (state: ClusterState): readonly Placed[] => {
  const { nowMs } = state;
  const pools = groupByType(state.pools);
  const heldByType = Map.groupBy(state.held, ({ gpuType }) => gpuType);
  const quotas = createQuotaBook(state);
  return [...orderQueues(state)].flatMap(([type, queue]) =>
    planType({
      nowMs,
      queue,
      free: createFreePools(pools.get(type) ?? []),
      held: [...(heldByType.get(type) ?? [])].sort((a, b) => a.endsAtMs - b.endsAtMs),
      quotas,
    }),
  );
};
