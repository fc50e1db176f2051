import type { Route } from '../../../platform/http/route.ts';
import type { AlertDeps } from '../deps.ts';
import { acknowledgeRoute } from './acknowledge-alert.ts';
import { assignRoute } from './assign-alert.ts';
import { bulkChangeRoute } from './bulk-change-alerts.ts';
import { commentRoute } from './comment-alert.ts';
import { createAlertRoute } from './create-alert.ts';
import { createSilenceRoute } from './create-silence.ts';
import { endSilenceRoute } from './end-silence.ts';
import { exportAlertsRoute } from './export-alerts.ts';
import { getAlertRoute } from './get-alert.ts';
import { summaryRoute } from './get-alert-summary.ts';
import { getSilenceRoute } from './get-silence.ts';
import { investigateRoute } from './investigate-alert.ts';
import { listGroupsRoute } from './list-alert-groups.ts';
import { listAlertHistoryRoute } from './list-alert-history.ts';
import { listAlertsRoute } from './list-alerts.ts';
import { listCommentsRoute } from './list-comments.ts';
import { listSilencesRoute } from './list-silences.ts';
import { falsePositiveRoute } from './mark-false-positive.ts';
import { queryAlertsRoute } from './query-alerts.ts';
import { reopenRoute } from './reopen-alert.ts';
import { resolveRoute } from './resolve-alert.ts';
import { severityRoute } from './set-alert-severity.ts';
import { streamAlertsRoute } from './stream-alerts.ts';

export const alertRoutes = (deps: AlertDeps): readonly Route[] => [
  createAlertRoute(deps),
  listAlertsRoute(deps),
  queryAlertsRoute(deps),
  summaryRoute(),
  listGroupsRoute(deps),
  streamAlertsRoute(deps),
  exportAlertsRoute(deps),
  bulkChangeRoute(deps),
  createSilenceRoute(deps),
  listSilencesRoute(deps),
  getSilenceRoute(deps),
  endSilenceRoute(deps),
  getAlertRoute(deps),
  listAlertHistoryRoute(deps),
  acknowledgeRoute(deps),
  investigateRoute(deps),
  assignRoute(deps),
  severityRoute(deps),
  resolveRoute(deps),
  falsePositiveRoute(deps),
  reopenRoute(deps),
  commentRoute(deps),
  listCommentsRoute(deps),
];
