import type { Logger } from 'pino';
import type { Clock } from '../../../platform/clock.ts';
import type { Database, Tx } from '../../../platform/database/types.ts';
import type { QueueSender } from '../../../platform/queue/index.ts';
import type { Sealer } from '../../../platform/secrets/seal-types.ts';
import type { Runtime } from '../runtime/port.ts';
import type { GithubKeys } from '../ssh-keys.ts';
import type { GpuUse, JobEnding, LifeLimits, Owners } from '../types.ts';

/** What everything that moves jobs and disks stands on. */
export interface ProcessorDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Logger;
  readonly newId: () => string;
  readonly sender: QueueSender;
  readonly sealer: Sealer;
  readonly runtime: Runtime;
  readonly githubKeys: GithubKeys;
  readonly limits: LifeLimits;
  readonly queues: { readonly jobs: string; readonly disks: string };
  /** Writes what a job used into the ledger, in the transaction that ends it. */
  readonly recordUsage: (tx: Tx, use: GpuUse) => Promise<void>;
  readonly owners: Owners;
  /** Tells the audit trail of what ends by nobody's request; nothing is ended where that cannot be done. */
  readonly recordEnding: (ending: JobEnding) => Promise<void>;
  /** What was seen in these pods is the job's from now on. */
  readonly tieProcesses: (tx: Tx, jobId: string, podUids: readonly string[]) => Promise<void>;
  /** One handling, as claims name it: two in the same process are two. */
  readonly workerId: string;
  /** How long a worker that died keeps a job from the others. */
  readonly claimSeconds: number;
}

/** Purposes of sealed columns, bound to their rows. */
export const envPurpose = (jobId: string): string => `job-env:${jobId}`;
export const jupyterPurpose = (jobId: string): string => `job-jupyter:${jobId}`;

/** The form of every message of both queues (seed 2). */
export const messageOf = (
  action: string,
  ids: { readonly job_id?: string; readonly operation_id?: string },
  userId: string,
  at: Date,
): object => ({
  action,
  ...ids,
  user_id: userId,
  requested_at: at.toISOString(),
  _metadata: { retry_count: 0, created_at: at.toISOString(), max_retries: 10 },
});
