import { Alert, AlertQuery, pageOf } from '@gpushield/contracts';
import { defineRoute, ok, type Route } from '../../../platform/http/route.ts';
import type { AlertDeps } from '../deps.ts';
import { pageOfAlerts } from '../page-of-alerts.ts';

export const queryAlertsRoute = (deps: AlertDeps): Route =>
  defineRoute({
    method: 'POST',
    path: '/api/v1/alerts/query',
    operationId: 'queryAlerts',
    summary: 'Alerts that match all of the given lists, newest first; an empty list restricts nothing',
    tag: 'alerts',
    access: { scope: 'alerts:read' },
    audit: { when: 'with', action: 'alert.query' },
    effect: 'read',
    schema: { body: AlertQuery, responses: { 200: pageOf(Alert) } },
    errors: ['invalid_cursor'],
    handler: async ({ body }, ctx) => ok(await pageOfAlerts(deps, ctx.db, 'alerts-query', body)),
  });
