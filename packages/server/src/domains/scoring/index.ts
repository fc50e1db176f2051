import { createBatchWriter } from '../../platform/ingest/index.ts';
import type { Executor } from '../../platform/database/types.ts';
import type { Route } from '../../platform/http/route.ts';
import type { PeriodicTask } from '../../platform/leases/index.ts';
import { createAgentDirectory } from './agents/directory.ts';
import { createLearning } from './baseline/learner.ts';
import { forgetOldTask } from './forget-old.ts';
import type { ScoringDeps } from './deps.ts';
import type { EventBatch } from './events/event-batch.ts';
import { createEventWriter } from './events/write-events.ts';
import { createKeeping } from './keeping.ts';
import { tieProcesses } from './processes/tie-processes.ts';
import { createRecalculationWorker } from './recalculation/worker.ts';
import { riskOfJob, type JobRisk } from './processes/risk-of-job.ts';
import { agentRoutes } from './routes/agents.ts';
import { ingestEventsRoute } from './routes/ingest-events.ts';
import { baselineRoutes } from './routes/baselines.ts';
import { listEventsRoute } from './routes/events.ts';
import { otherEvidenceRoutes } from './routes/other-evidence.ts';
import { processRoutes } from './routes/processes.ts';
import { recalculationRoutes } from './routes/recalculations.ts';
import { riskSubscriptionRoutes } from './routes/risk-subscriptions.ts';
import { listRulesRoute } from './routes/rules.ts';
import { listScoresRoute } from './routes/scores.ts';
import { createFallSweeper } from './scores/fall-sweeper.ts';
import { createRuleWatch, defaultRiskParameters } from './rules/index.ts';

export type { ScoringDeps, ScoringFleet } from './deps.ts';

/** What other domains ask. */
export interface ScoringPort {
  /** Of the job's most dangerous process now; null where nobody watches the job. */
  riskOfJob(db: Executor, jobId: string): Promise<JobRisk | null>;
  /** Processes that were seen in these pods are the job's. */
  readonly tieProcesses: typeof tieProcesses;
}

export interface ScoringDomain {
  readonly port: ScoringPort;
  readonly routes: readonly Route[];
  /** Once per cluster. */
  readonly tasks: readonly PeriodicTask[];
  start(): Promise<void>;
  stop(): Promise<void>;
}

// About 400 bytes an event while it waits: 40 MB at most.
const maxBufferedEvents = 100_000;
const maxBatchEvents = 10_000;

/** Syscall events, the processes that they speak of, and how dangerous these are. */
export const createScoringDomain = (deps: ScoringDeps): ScoringDomain => {
  const { db, clock, log, config } = deps;
  const rules = createRuleWatch({
    directory: config.rulesDir,
    parameters: { ...defaultRiskParameters, halfLifeMs: config.halfLifeMs },
    log,
  });
  const scoring = rules.current;
  const directory = createAgentDirectory({ ...deps, configured: deps.configuredAgents });
  const settleDeps = { ...deps, alertThreshold: config.alertThreshold, scoring };
  const writer = createBatchWriter<EventBatch>({
    db,
    clock,
    write: createEventWriter({ ...settleDeps, nowMs: clock.nowMs, retentionDays: config.retentionDays }),
    maxBufferedRows: maxBufferedEvents,
    maxBatchRows: maxBatchEvents,
    gatherMs: 0,
  });
  const keeping = createKeeping(deps);
  const accepting = { ...deps, directory, writer, scoring };
  const reading = { ...deps, scoring };
  const sweeper = createFallSweeper({ ...settleDeps, db: deps.workDb });
  const recalculations = createRecalculationWorker({ ...settleDeps, db: deps.workDb, nowMs: clock.nowMs });
  const learning = createLearning({ ...settleDeps, db: deps.workDb, nowMs: clock.nowMs });
  const running = [rules, keeping, directory, sweeper, recalculations, learning];
  return {
    routes: [
      ...agentRoutes({ ...deps, directory }),
      ingestEventsRoute(accepting),
      ...otherEvidenceRoutes(accepting),
      listEventsRoute(reading),
      ...processRoutes(reading),
      listScoresRoute(reading),
      listRulesRoute(rules),
      ...recalculationRoutes({ ...deps, scoring, wake: recalculations.wake }),
      ...baselineRoutes(deps),
      ...riskSubscriptionRoutes(deps),
    ],
    tasks: [forgetOldTask(deps)],
    port: { riskOfJob: (at, jobId) => riskOfJob(at, scoring(), jobId, clock.nowMs()), tieProcesses },
    start: async () => {
      for (const part of running) await part.start();
    },
    stop: async () => {
      await writer.close();
      for (const part of running.toReversed()) await part.stop();
    },
  };
};
