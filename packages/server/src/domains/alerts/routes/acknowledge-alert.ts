import { AcknowledgeAlert, Alert } from '@gpushield/contracts';
import { defineRoute, ok, transactionOf, type Route } from '../../../platform/http/route.ts';
import { acknowledgeAlert } from '../change-alert.ts';
import type { AlertDeps } from '../deps.ts';
import { presentAlert } from '../present.ts';
import { AlertParams } from './params.ts';

export const acknowledgeRoute = (deps: AlertDeps): Route =>
  defineRoute({
    method: 'POST',
    path: '/api/v1/alerts/:id/acknowledge',
    operationId: 'acknowledgeAlert',
    summary: 'Say that somebody looks at it; a second time changes nothing',
    tag: 'alerts',
    access: { scope: 'alerts:write' },
    audit: { when: 'before', action: 'alert.acknowledge', resource: 'alert:{id}' },
    effect: 'transaction',
    schema: { params: AlertParams, body: AcknowledgeAlert, responses: { 200: Alert } },
    errors: ['not_found', 'invalid_transition'],
    handler: async ({ params, body }, ctx) => {
      const change = { alertId: params.id, actor: ctx.principal.name, note: body.note ?? null };
      return ok(presentAlert(await acknowledgeAlert(deps, transactionOf(ctx), change)));
    },
  });
