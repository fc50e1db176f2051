import type { ClusterState, WaitingJob } from './types.ts';

/** What users and groups hold while a plan is made. */
export interface QuotaBook {
  /** Why this job may not start now; undefined where it may. */
  refuses(job: WaitingJob): string | undefined;
  add(userId: string, gpus: number): void;
}

interface Held {
  gpus: number;
  jobs: number;
}

const over = (
  whose: string,
  held: Held,
  limits: { readonly maxGpus: number | null; readonly maxJobs: number | null },
  gpus: number,
): string | undefined => {
  if (limits.maxJobs !== null && held.jobs + 1 > limits.maxJobs)
    return `${whose} already holds ${held.jobs} of ${limits.maxJobs} jobs`;
  if (limits.maxGpus !== null && gpus > 0 && held.gpus + gpus > limits.maxGpus)
    return `${whose} holds ${held.gpus} of ${limits.maxGpus} GPUs, and this asks for ${gpus} more`;
  return undefined;
};

export const createQuotaBook = (state: Pick<ClusterState, 'held' | 'allowanceOf' | 'groups'>): QuotaBook => {
  const users = new Map<string, Held>();
  const groups = new Map<string, Held>();
  const heldIn = (book: Map<string, Held>, key: string): Held => {
    const known = book.get(key);
    if (known !== undefined) return known;
    const fresh = { gpus: 0, jobs: 0 };
    book.set(key, fresh);
    return fresh;
  };
  const add = (userId: string, gpus: number): void => {
    const all = [
      heldIn(users, userId),
      ...state.allowanceOf(userId).groups.map((name) => heldIn(groups, name)),
    ];
    for (const held of all) {
      held.gpus += gpus;
      held.jobs += 1;
    }
  };
  for (const { userId, gpus } of state.held) add(userId, gpus);
  return {
    add,
    refuses: (job) => {
      const allowance = state.allowanceOf(job.userId);
      const own = over('The user', heldIn(users, job.userId), allowance, job.gpus);
      if (own !== undefined) return own;
      for (const name of allowance.groups) {
        const limits = state.groups.get(name);
        if (limits === undefined) continue;
        const group = over(`The group ${name}`, heldIn(groups, name), limits, job.gpus);
        if (group !== undefined) return group;
      }
      return undefined;
    },
  };
};
