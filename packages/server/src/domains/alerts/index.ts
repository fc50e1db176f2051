import type { Route } from '../../platform/http/route.ts';
import { mutesOf } from './change-store.ts';
import type { AlertDeps, AlertsDomainDeps } from './deps.ts';
import { noteOnAlert, raiseAlert } from './raise-alert.ts';
import { acknowledgeRoute } from './routes/acknowledge-alert.ts';
import { assignRoute } from './routes/assign-alert.ts';
import { createAlertRoute } from './routes/create-alert.ts';
import { getAlertRoute } from './routes/get-alert.ts';
import { investigateRoute } from './routes/investigate-alert.ts';
import { listAlertHistoryRoute } from './routes/list-alert-history.ts';
import { listAlertsRoute } from './routes/list-alerts.ts';
import { falsePositiveRoute } from './routes/mark-false-positive.ts';
import { queryAlertsRoute } from './routes/query-alerts.ts';
import { reopenRoute } from './routes/reopen-alert.ts';
import { resolveRoute } from './routes/resolve-alert.ts';
import { severityRoute } from './routes/set-alert-severity.ts';
import type { AlertsPort, ResolutionHooks } from './types.ts';

export type { AlertsDomainDeps } from './deps.ts';
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
}

/** The alert inbox: deduplicated alerts, their life and their history. */
export const createAlertsDomain = (given: AlertsDomainDeps): AlertsDomain => {
  const hooks: ResolutionHooks[] = [];
  const deps: AlertDeps = { ...given, hooks };
  return {
    routes: [
      createAlertRoute(deps),
      listAlertsRoute(deps),
      queryAlertsRoute(deps),
      getAlertRoute(deps),
      listAlertHistoryRoute(deps),
      acknowledgeRoute(deps),
      assignRoute(deps),
      investigateRoute(deps),
      severityRoute(deps),
      resolveRoute(deps),
      falsePositiveRoute(deps),
      reopenRoute(deps),
    ],
    port: {
      raise: (tx, input) => raiseAlert(deps, tx, input),
      note: (tx, alertId, text) => noteOnAlert(deps, tx, alertId, text),
      onResolved: (hook) => {
        hooks.push(hook);
      },
      mutedUntil: (db, fingerprints) => mutesOf(db, fingerprints, new Date(deps.clock.nowMs())),
    },
  };
};
