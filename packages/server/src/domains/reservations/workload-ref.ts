import type { WorkloadRef } from './runtime/port.ts';
import type { JobRow } from './types.ts';

/** A job as its runtime is asked for it. */
export const refOf = ({ id, profile }: Pick<JobRow, 'id' | 'profile'>): WorkloadRef => ({
  jobId: id,
  profile,
});
