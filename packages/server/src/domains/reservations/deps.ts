import type { Logger } from 'pino';
import type { Clock } from '../../platform/clock.ts';
import type { Database, Executor, Tx } from '../../platform/database/types.ts';
import type { OutboundClient } from '../../platform/outbound/index.ts';
import type { QueueSender, QueueWorker, WorkerOptions } from '../../platform/queue/index.ts';
import type { Sealer } from '../../platform/secrets/seal-types.ts';
import type { ClusterViews } from './cluster-view.ts';
import type { Runtime } from './runtime/port.ts';
import type { TerminalVisits } from './terminal-visits.ts';
import type { Submissions } from './submissions.ts';
import type { GpuUse, JobEnding, LifeLimits, Owners } from './types.ts';

export interface ReservationsDomainDeps {
  readonly db: Database;
  /** Connections of the processor's own. */
  readonly workDb: Database;
  readonly clock: Clock;
  readonly log: Logger;
  readonly newId: () => string;
  /** Ids of jobs are random from their first character: people type beginnings of them. */
  readonly newJobId: () => string;
  readonly randomBytes: (size: number) => Buffer;
  readonly sender: QueueSender;
  readonly makeWorker: (options: WorkerOptions) => QueueWorker;
  readonly sealer: Sealer;
  readonly outbound: OutboundClient;
  readonly runtime: Runtime;
  readonly limits: LifeLimits;
  /** Of jobs; that of disks is always `disk_operations`. */
  readonly queueName: string;
  readonly githubUrl: string;
  readonly githubAllowPrivate: readonly string[];
  /** Whether this process works the queues. */
  readonly process: boolean;
  readonly recordUsage: (tx: Tx, use: GpuUse) => Promise<void>;
  readonly owners: Owners;
  /** Tells the audit trail; nothing is ended where that cannot be done. */
  readonly recordEnding: (ending: JobEnding) => Promise<void>;
  /** What was seen in these pods is the job's from now on. */
  readonly tieProcesses: (tx: Tx, jobId: string, podUids: readonly string[]) => Promise<void>;
  /** How dangerous what runs in the job is now; null where nobody watches it. */
  readonly riskOf: (db: Executor, jobId: string) => Promise<{ score: number; level: string } | null>;
}

export const diskQueue = 'disk_operations';

/** What the routes use. */
export interface RouteDeps extends ReservationsDomainDeps {
  readonly views: ClusterViews;
  readonly visits: TerminalVisits;
  readonly submissions: Submissions;
}
