import { ChangeAlertSeverity } from '@gpushield/contracts';
import type { Route } from '../../../platform/http/route.ts';
import type { AlertDeps } from '../deps.ts';
import { changeRoute } from './change-route.ts';

export const severityRoute = (deps: AlertDeps): Route =>
  changeRoute(deps, {
    verb: 'severity',
    operationId: 'setAlertSeverity',
    summary: 'Say how bad it is; what is seen again does not change it any more',
    body: ChangeAlertSeverity,
    command: ({ severity, note = null }) => ({ action: 'set_severity', severity, note }),
  });
