/*
 * What the scheduler decides on, as values. Times are wall milliseconds. `units` are what one node gives to a job: GPUs,
 * MIG devices, or slots of a CPU type.
 */

/** Devices of one type on one node, and how many are free. */
export interface Pool {
  readonly node: string;
  readonly gpuType: string;
  readonly total: number;
  readonly free: number;
  /** Ids of what is free, where devices are told apart; null elsewhere. */
  readonly freeIds: readonly string[] | null;
  /** Why no new job comes here; null where jobs are taken. */
  readonly closed: string | null;
  /** A job must be over by then. */
  readonly maintenanceFromMs: number | null;
}

/** A job that holds devices. */
export interface HeldJob {
  readonly jobId: string;
  readonly userId: string;
  readonly gpuType: string;
  readonly gpus: number;
  readonly parts: readonly { readonly node: string; readonly units: number }[];
  readonly endsAtMs: number;
}

/** A job that waits. */
export interface WaitingJob {
  readonly jobId: string;
  readonly userId: string;
  readonly gpuType: string;
  readonly units: number;
  readonly nodes: number;
  /** GPUs in all, for quotas; 0 for CPU types. */
  readonly gpus: number;
  readonly durationMs: number;
  readonly priority: number;
  readonly createdAtMs: number;
}

/** What a user may hold at once, and what they share it with. */
export interface Allowance {
  readonly maxGpus: number | null;
  readonly maxJobs: number | null;
  readonly priority: number;
  readonly weight: number;
  /** Groups whose own allowance counts too. */
  readonly groups: readonly string[];
}

export interface GroupAllowance {
  readonly maxGpus: number | null;
  readonly maxJobs: number | null;
}

export interface ClusterState {
  readonly nowMs: number;
  readonly pools: readonly Pool[];
  readonly held: readonly HeldJob[];
  readonly waiting: readonly WaitingJob[];
  readonly allowanceOf: (userId: string) => Allowance;
  readonly groups: ReadonlyMap<string, GroupAllowance>;
  /** Decayed GPU-hours of each user, running jobs included. */
  readonly usedGpuHours: ReadonlyMap<string, number>;
}

export interface Part {
  readonly node: string;
  readonly units: number;
  readonly deviceIds: readonly string[];
}

export interface Placed {
  readonly jobId: string;
  readonly parts: readonly Part[];
}
