import type { Clock } from '../../platform/clock.ts';
import type { Database, Executor } from '../../platform/database/types.ts';
import type { CursorCodec } from '../../platform/http/cursor.ts';
import type { PeriodicTask } from '../../platform/leases/index.ts';
import type { Route } from '../../platform/http/route.ts';
import type { AlertsPort } from '../alerts/index.ts';
import type { Judge } from '../telemetry/index.ts';
import { createDetectorModel } from './detectors/index.ts';
import { jobDetector } from './detectors/job-divergence.ts';
import { xidDetectors } from './detectors/xid.ts';
import { createCompareJobs } from './compare-jobs.ts';
import type { GpuJob } from './job-store.ts';
import { createJudge } from './judge.ts';
import { createNoteJobs } from './note-jobs.ts';
import { detectionRoutes } from './routes/index.ts';
import { createRulesCache } from './rules-cache.ts';
import { createStepper } from './step-record.ts';
import { createTell } from './tell.ts';
import { calmFindings, createXidWatch, type WatchXids } from './xid-watch.ts';

export type { GpuJob } from './job-store.ts';
export type { GpuXids, SettleXids, WatchXids } from './xid-watch.ts';

const calmEveryMs = 60_000;

export interface DetectionDomainDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly cursors: CursorCodec;
  readonly alerts: AlertsPort;
  /** `ANOMALY_THRESHOLD`. */
  readonly threshold: number;
  /** GPUs of jobs that somebody knows of by other means than telemetry; asked before jobs are compared. */
  readonly knownJobs?: ((db: Executor) => Promise<readonly GpuJob[]>) | undefined;
}

export interface DetectionDomain {
  readonly routes: readonly Route[];
  readonly judge: Judge;
  readonly watchXids: WatchXids;
  /** Told which jobs GPUs work for, as often as their telemetry says so. */
  readonly noteJobs: (jobs: readonly GpuJob[]) => Promise<void>;
  /** Once per cluster. */
  readonly tasks: readonly PeriodicTask[];
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Anomalies of GPUs: judged in line, in the transaction that stores a record. */
export const createDetectionDomain = (deps: DetectionDomainDeps): DetectionDomain => {
  const rules = createRulesCache(deps.db);
  const stepper = createStepper(createDetectorModel());
  const tell = createTell(deps.alerts);
  const judge = createJudge({ ...deps, stepper, rules, tell });
  const detectors = [...stepper.model.detectors, ...xidDetectors, jobDetector];
  return {
    routes: detectionRoutes({ ...deps, stepper, rules, detectors }),
    judge,
    watchXids: createXidWatch({ ...deps, rules }),
    noteJobs: createNoteJobs(deps),
    tasks: [
      createCompareJobs({ ...deps, rules, tell }),
      {
        name: 'detection-calm',
        intervalMs: calmEveryMs,
        run: () => deps.db.transaction((tx) => calmFindings(deps.alerts, tx, deps.clock.nowMs())),
      },
    ],
    start: rules.start,
    stop: rules.stop,
  };
};
