import { AlertSummary } from '@gpushield/contracts';
import { defineRoute, ok, type Route } from '../../../platform/http/route.ts';
import { countAlerts } from '../group-store.ts';
import { summaryOf } from '../summary.ts';

export const summaryRoute = (): Route =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/alerts/summary',
    operationId: 'getAlertSummary',
    summary: 'How many alerts there are, by status and severity',
    tag: 'alerts',
    access: { scope: 'alerts:read' },
    audit: { when: 'with', action: 'alert.read_summary' },
    effect: 'read',
    schema: { responses: { 200: AlertSummary } },
    handler: async (_input, ctx) => ok(summaryOf(await countAlerts(ctx.db))),
  });
