import { ResolveAlert, Alert } from '@gpushield/contracts';
import { defineRoute, ok, transactionOf, type Route } from '../../../platform/http/route.ts';
import { resolveAlert } from '../change-alert.ts';
import type { AlertDeps } from '../deps.ts';
import { presentAlert } from '../present.ts';
import { AlertParams } from './params.ts';

export const resolveRoute = (deps: AlertDeps): Route =>
  defineRoute({
    method: 'POST',
    path: '/api/v1/alerts/:id/resolve',
    operationId: 'resolveAlert',
    summary: 'Close an alert; accepted makes what is there now the integrity baseline',
    tag: 'alerts',
    access: { scope: 'alerts:write' },
    audit: { when: 'before', action: 'alert.resolve', resource: 'alert:{id}' },
    effect: 'transaction',
    schema: { params: AlertParams, body: ResolveAlert, responses: { 200: Alert } },
    errors: ['not_found', 'invalid_transition'],
    handler: async ({ params, body }, ctx) => {
      const change = {
        alertId: params.id,
        actor: ctx.principal.name,
        note: body.note ?? null,
        resolution: body.resolution ?? ('fixed' as const),
      };
      return ok(presentAlert(await resolveAlert(deps, transactionOf(ctx), change)));
    },
  });
