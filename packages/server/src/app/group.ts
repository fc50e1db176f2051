import type { Route } from '../platform/http/route.ts';
import type { PeriodicTask } from '../platform/leases/index.ts';

/** Some domains that belong together: what they serve, what runs, and what runs once in a cluster now and then. */
export interface Group {
  readonly routes: readonly Route[];
  /** In the order in which they start; they stop in the opposite one. */
  readonly running: readonly { start(): Promise<void>; stop(): Promise<void> }[];
  readonly tasks: readonly PeriodicTask[];
}

type Part = Partial<Pick<Group, 'routes'>> &
  Partial<Group['running'][number]> &
  Partial<Pick<Group, 'tasks'>>;

const runs = (part: Part): part is Part & Group['running'][number] =>
  part.start !== undefined && part.stop !== undefined;

/** Domains as a group, in the order in which they start. */
export const groupOf = (parts: readonly Part[]): Group => ({
  routes: parts.flatMap(({ routes = [] }) => routes),
  running: parts.filter(runs),
  tasks: parts.flatMap(({ tasks = [] }) => tasks),
});

/** Several groups as one; they start in this order. */
export const joined = (groups: readonly Group[]): Group => ({
  routes: groups.flatMap(({ routes }) => routes),
  running: groups.flatMap(({ running }) => running),
  tasks: groups.flatMap(({ tasks }) => tasks),
});
