import { Type } from 'typebox';
import { Alert, PageQuery, pageOf } from '@gpushield/contracts';
import { defineRoute, ok, type Route } from '../../../platform/http/route.ts';
import type { AlertDeps } from '../deps.ts';
import { pageOfAlerts } from '../page-of-alerts.ts';
import { alertFilterQuery, filterOf } from './alert-filters.ts';

const ListAlertsQuery = Type.Object({ ...alertFilterQuery, ...PageQuery });

export const listAlertsRoute = (deps: AlertDeps): Route =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/alerts',
    operationId: 'listAlerts',
    summary: 'Alerts, newest first; since and until select those that were seen within the window',
    tag: 'alerts',
    access: { scope: 'alerts:read' },
    audit: { when: 'with', action: 'alert.list' },
    effect: 'read',
    schema: { query: ListAlertsQuery, responses: { 200: pageOf(Alert) } },
    errors: ['invalid_cursor'],
    handler: async ({ query }, ctx) =>
      ok(
        await pageOfAlerts(deps, ctx.db, 'alerts', {
          ...filterOf(query),
          ...(query.limit === undefined ? {} : { limit: query.limit }),
          ...(query.cursor === undefined ? {} : { cursor: query.cursor }),
        }),
      ),
  });
