import { Type } from 'typebox';
import { Alert, AlertStatus, PageQuery, Severity, Timestamp, Uuid, pageOf, text } from '@gpushield/contracts';
import { defineRoute, ok, type Route } from '../../../platform/http/route.ts';
import type { AlertDeps } from '../deps.ts';
import { pageOfAlerts } from '../page-of-alerts.ts';

const ListAlertsQuery = Type.Object({
  severity: Type.Optional(Severity),
  status: Type.Optional(AlertStatus),
  source: Type.Optional(text(64, 1)),
  node_id: Type.Optional(Uuid),
  gpu_id: Type.Optional(Uuid),
  assignee: Type.Optional(text(64, 1)),
  since: Type.Optional(Timestamp),
  until: Type.Optional(Timestamp),
  ...PageQuery,
});

const one = <T>(value: T | undefined): T[] => (value === undefined ? [] : [value]);

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
          severities: one(query.severity),
          statuses: one(query.status),
          sources: one(query.source),
          node_ids: one(query.node_id),
          gpu_ids: one(query.gpu_id),
          assignees: one(query.assignee),
          ...(query.since === undefined ? {} : { since: query.since }),
          ...(query.until === undefined ? {} : { until: query.until }),
          ...(query.limit === undefined ? {} : { limit: query.limit }),
          ...(query.cursor === undefined ? {} : { cursor: query.cursor }),
        }),
      ),
  });
