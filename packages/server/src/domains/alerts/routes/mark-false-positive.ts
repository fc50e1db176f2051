import { FalsePositiveAlert } from '@gpushield/contracts';
import type { Route } from '../../../platform/http/route.ts';
import { quietMsOf, type AlertDeps } from '../deps.ts';
import { changeRoute } from './change-route.ts';

export const falsePositiveRoute = (deps: AlertDeps): Route =>
  changeRoute(deps, {
    verb: 'false-positive',
    operationId: 'markAlertFalsePositive',
    summary: 'Close an alert as a false alarm; its finding opens no new alert for quiet_seconds',
    body: FalsePositiveAlert,
    command: ({ quiet_seconds: seconds, note = null }) => ({
      action: 'false_positive',
      quietMs: quietMsOf(deps, seconds),
      note,
    }),
  });
