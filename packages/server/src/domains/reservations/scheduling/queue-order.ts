import type { Allowance, ClusterState, WaitingJob } from './types.ts';

/** A point of priority is worth this much waiting, in hours: 100 points are four days. */
const hoursPerPriority = 1;
/** So much decayed use, per unit of weight, is worth one hour of waiting … */
const gpuHoursPerHour = 8;
/** … and no more than this in all: heavy users wait longer, never for ever. */
const longestPenaltyHours = 24;
const hourMs = 3_600_000;

/**
 * How old a job counts, in hours: what it has waited, plus its priorities, minus its user's recent use. All but the
 * waiting is bounded, so whatever comes later, a job that waits overtakes it in the end: nobody starves.
 */
export const virtualAgeHours = (
  job: WaitingJob,
  allowance: Allowance,
  usedGpuHours: number,
  nowMs: number,
): number => {
  const penalty = Math.min(longestPenaltyHours, usedGpuHours / (gpuHoursPerHour * allowance.weight));
  const priority = (job.priority + allowance.priority) * hoursPerPriority;
  return (nowMs - job.createdAtMs) / hourMs + priority - penalty;
};

/** The waiting jobs of each type, first come first: by virtual age, then by id. */
export const orderQueues = (state: ClusterState): ReadonlyMap<string, readonly WaitingJob[]> => {
  const queues = new Map<string, { job: WaitingJob; age: number }[]>();
  for (const job of state.waiting) {
    const used = state.usedGpuHours.get(job.userId) ?? 0;
    const age = virtualAgeHours(job, state.allowanceOf(job.userId), used, state.nowMs);
    const queue = queues.get(job.gpuType);
    if (queue === undefined) queues.set(job.gpuType, [{ job, age }]);
    else queue.push({ job, age });
  }
  return new Map(
    [...queues].map(([type, queue]) => [
      type,
      queue.sort((a, b) => b.age - a.age || (a.job.jobId < b.job.jobId ? -1 : 1)).map(({ job }) => job),
    ]),
  );
};

/** Decays use: halved with every half-life. */
export const decayedUse = (amount: number, ageMs: number, halfLifeMs: number): number =>
  amount * 2 ** (-Math.max(0, ageMs) / halfLifeMs);
