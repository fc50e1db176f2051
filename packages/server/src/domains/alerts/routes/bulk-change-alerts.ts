import { BulkAlertChange, BulkAlertResult } from '@gpushield/contracts';
import { defineRoute, ok, transactionOf, type Route } from '../../../platform/http/route.ts';
import { bulkChange } from '../bulk-change.ts';
import type { AlertDeps } from '../deps.ts';

/** A thousand ids with their commas take 39 KB. */
const bodyLimitBytes = 128 * 1024;

export const bulkChangeRoute = (deps: AlertDeps): Route =>
  defineRoute({
    method: 'POST',
    path: '/api/v1/alerts/bulk',
    operationId: 'bulkChangeAlerts',
    summary: 'The same change of up to 1,000 alerts, by ids or by query, in one transaction',
    tag: 'alerts',
    access: { scope: 'alerts:write' },
    audit: { when: 'before', action: 'alert.bulk_change' },
    effect: 'transaction',
    bodyLimitBytes,
    cost: 10,
    schema: { body: BulkAlertChange, responses: { 200: BulkAlertResult } },
    errors: ['unknown_reference', 'conflict'],
    handler: async ({ body }, ctx) => {
      const result = await bulkChange(deps, transactionOf(ctx), body, ctx.principal.name);
      await ctx.audit({
        action: 'alert.bulk_change',
        resource: 'alerts',
        details: { change: body.change.action, changed: result.changed, refused: result.refused },
      });
      return ok(result);
    },
  });
