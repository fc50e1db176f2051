import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/types.ts';
import type { AlertsPort } from '../alerts/index.ts';
import type { Judge } from '../telemetry/index.ts';
import { createDetectorModel } from './detectors/index.ts';
import { createJudge } from './judge.ts';
import { createRulesCache } from './rules-cache.ts';
import { createStepper } from './step-record.ts';
import { createTell } from './tell.ts';

export interface DetectionDomainDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly alerts: AlertsPort;
  /** `ANOMALY_THRESHOLD`. */
  readonly threshold: number;
}

export interface DetectionDomain {
  readonly judge: Judge;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Anomalies of GPUs: judged in line, in the transaction that stores a record. */
export const createDetectionDomain = (deps: DetectionDomainDeps): DetectionDomain => {
  const rules = createRulesCache(deps.db);
  const stepper = createStepper(createDetectorModel());
  const judge = createJudge({ ...deps, stepper, rules, tell: createTell(deps.alerts) });
  return { judge, start: rules.start, stop: rules.stop };
};
