import type { PeriodicTask } from '../../platform/leases/index.ts';
import type { Route } from '../../platform/http/route.ts';
import { createAlertReader } from './alert-reader.ts';
import { createAlertmanager } from './alertmanager/index.ts';
import { createChangeFeed } from './change-feed.ts';
import { mutesOf } from './change-store.ts';
import type { AlertDeps, AlertsDomainDeps } from './deps.ts';
import { followChanges } from './follow-changes.ts';
import { housekeeping } from './housekeeping.ts';
import { noteOnAlert, raiseAlert } from './raise-alert.ts';
import { alertRoutes } from './routes/index.ts';
import type { AlertsPort, ResolutionHooks } from './types.ts';

export type { AlertmanagerDeps, AlertsDomainDeps } from './deps.ts';
export type { Followed } from './follow-changes.ts';
export type {
  AlertFleet,
  AlertRecord,
  AlertsPort,
  Raised,
  RaiseInput,
  Resolution,
  ResolutionHooks,
} from './types.ts';
export { boundedFingerprint } from './fingerprint.ts';
export { checkEvidence, maxEvidenceBytes, refuseField, timeOf } from './input-limits.ts';

export interface AlertsDomain {
  readonly routes: readonly Route[];
  readonly port: AlertsPort;
  /** Once per cluster: retention, and what Alertmanagers are told again. */
  readonly tasks: readonly PeriodicTask[];
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** The alert inbox: deduplicated alerts, their life and their history. */
export const createAlertsDomain = (given: AlertsDomainDeps): AlertsDomain => {
  const hooks: ResolutionHooks[] = [];
  const feed = createChangeFeed(given);
  const deps: AlertDeps = { ...given, hooks, feed };
  const alertmanager = createAlertmanager(deps);
  return {
    routes: alertRoutes(deps),
    port: {
      reader: createAlertReader(deps),
      raise: (tx, input) => raiseAlert(deps, tx, input),
      note: (tx, alertId, text) => noteOnAlert(deps, tx, alertId, text),
      onResolved: (hook) => {
        hooks.push(hook);
      },
      mutedUntil: (db, fingerprints) => mutesOf(db, fingerprints, new Date(deps.clock.nowMs())),
      follow: (options) => followChanges(feed, options),
    },
    tasks: [housekeeping(deps), ...alertmanager.tasks],
    start: () => alertmanager.start(),
    stop: async () => {
      await alertmanager.stop();
      await feed.stop();
    },
  };
};
