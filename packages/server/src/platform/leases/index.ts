export { createElection } from './election.ts';
export type { ElectionDeps } from './election.ts';
export { createLeases, LeaseLost } from './leases.ts';
export type { LeasesDeps } from './leases.ts';
export { createScheduler } from './scheduler.ts';
export type { SchedulerDeps } from './scheduler.ts';
export type * from './types.ts';
