import type { SealedColumn } from '../../platform/secrets/index.ts';
import type { Route } from '../../platform/http/route.ts';
import { ensureQueue } from '../../platform/queue/index.ts';
import { createClusterViews } from './cluster-view.ts';
import { diskQueue, type ReservationsDomainDeps, type RouteDeps } from './deps.ts';
import { envPurpose, jupyterPurpose } from './processor/deps.ts';
import { createProcessor } from './processor/processor.ts';
import { addJobUser } from './routes/add-job-user.ts';
import * as admin from './routes/administration.ts';
import { getAvailability, getClusterStatus, listClusterNodes } from './routes/availability.ts';
import { cancelJob } from './routes/cancel-job.ts';
import { cloneDisk, deleteDisk, renameDisk, restoreDisk, unlockDisk } from './routes/change-disk.ts';
import {
  createDisk,
  getDisk,
  getDiskContent,
  getDiskOperation,
  listDisks,
  listDiskSnapshots,
} from './routes/disks.ts';
import { extendJob } from './routes/extend-job.ts';
import { getJob } from './routes/get-job.ts';
import { debugJob, getJobLogs } from './routes/job-logs.ts';
import { listJobs } from './routes/list-jobs.ts';
import { openTerminalRoute } from './routes/open-terminal.ts';
import { submitJob } from './routes/submit-job.ts';
import { disableJupyter, enableJupyter } from './routes/switch-jupyter.ts';
import type { Runtime, TerminalSession, WorkloadRef } from './runtime/port.ts';
import { createGithubKeys } from './ssh-keys.ts';
import { createSubmissions } from './submissions.ts';
import { createTerminalVisits, type TerminalVisits } from './terminal-visits.ts';

export type { ReservationsDomainDeps } from './deps.ts';
export { nodesOfSpreadJobs, type HeldNode } from './held-nodes.ts';
export { jobsOfPods } from './pod-store.ts';
export type { GpuUse, JobEnding, LifeLimits, Owners } from './types.ts';
export type * from './runtime/port.ts';
export { visitHeader, type TerminalVisit } from './terminal-visits.ts';
export { createLocalRuntime } from './runtime/local/local-runtime.ts';
export { createKubernetesRuntime } from './runtime/kubernetes/kubernetes-runtime.ts';

/** What of jobs is sealed, for sealing it anew under another key. */
export const sealedJobColumns: readonly SealedColumn[] = [
  { table: 'jobs', idColumn: 'id', column: 'env_sealed', purpose: envPurpose },
  { table: 'jobs', idColumn: 'id', column: 'jupyter_token_sealed', purpose: jupyterPurpose },
];

/** What the app's sockets ask. */
export interface ReservationsPort {
  /** A shell in a job of this id, for who may have it. Rejects with `RuntimeRefusal`. */
  terminal(ref: WorkloadRef, options: Parameters<Runtime['terminal']>[1]): Promise<TerminalSession>;
  /** Who was let in by the route of terminals. */
  readonly visits: Pick<TerminalVisits, 'ask'>;
}

export interface ReservationsDomain {
  readonly routes: readonly Route[];
  readonly port: ReservationsPort;
  start(): Promise<void>;
  stop(): Promise<void>;
}

const routesOf = (deps: RouteDeps): readonly Route[] => [
  submitJob(deps),
  listJobs(deps),
  getJob(deps),
  cancelJob(deps),
  extendJob(deps),
  enableJupyter(deps),
  disableJupyter(deps),
  addJobUser(deps),
  getJobLogs(deps),
  debugJob(deps),
  openTerminalRoute(deps),
  getAvailability(deps),
  getClusterStatus(deps),
  createDisk(deps),
  listDisks(),
  getDisk(),
  deleteDisk(deps),
  renameDisk(),
  cloneDisk(deps),
  restoreDisk(deps),
  unlockDisk(deps),
  getDiskContent(),
  listDiskSnapshots(),
  getDiskOperation(),
  listClusterNodes(deps),
  admin.listGpuTypes(),
  admin.putGpuType(deps),
  admin.deleteGpuType(deps),
  admin.listQuotas(),
  admin.putQuota(deps),
  admin.deleteQuota(deps),
  admin.listGroups(),
  admin.putGroup(deps),
  admin.setJobPriority(deps),
  admin.setNodeMaintenance(deps),
];

/** GPUs for people: jobs, disks, the scheduler and the processor of both queues. */
export const createReservationsDomain = (given: ReservationsDomainDeps): ReservationsDomain => {
  const { workDb, clock, runtime, queueName } = given;
  // Not the requests' connections: those who hold one and wait for the view would wait for each other.
  const views = createClusterViews({ db: workDb, clock, runtime: runtime.name });
  const visits = createTerminalVisits();
  const submissions = createSubmissions(given);
  const githubKeys = createGithubKeys({
    outbound: given.outbound,
    clock,
    baseUrl: given.githubUrl,
    allowPrivate: given.githubAllowPrivate,
  });
  const processor = given.process
    ? createProcessor({
        ...given,
        db: workDb,
        githubKeys,
        queues: { jobs: queueName, disks: diskQueue },
      })
    : undefined;
  return {
    routes: routesOf({ ...given, views, visits, submissions }),
    port: { terminal: (ref, options) => runtime.terminal(ref, options), visits },
    start: async () => {
      await runtime.start();
      // A server that only answers requests may be the first that starts.
      for (const queue of [queueName, diskQueue]) await ensureQueue(workDb, queue);
      await processor?.start();
    },
    stop: async () => {
      await submissions.close();
      await processor?.stop();
      await runtime.stop();
    },
  };
};
