import { AssignAlert, Alert } from '@gpushield/contracts';
import { defineRoute, ok, transactionOf, type Route } from '../../../platform/http/route.ts';
import { assignAlert } from '../change-alert.ts';
import type { AlertDeps } from '../deps.ts';
import { presentAlert } from '../present.ts';
import { AlertParams } from './params.ts';

export const assignRoute = (deps: AlertDeps): Route =>
  defineRoute({
    method: 'POST',
    path: '/api/v1/alerts/:id/assign',
    operationId: 'assignAlert',
    summary: 'Give an alert to a user, or take it back with null',
    tag: 'alerts',
    access: { scope: 'alerts:write' },
    audit: { when: 'before', action: 'alert.assign', resource: 'alert:{id}' },
    effect: 'transaction',
    schema: { params: AlertParams, body: AssignAlert, responses: { 200: Alert } },
    errors: ['not_found', 'invalid_transition', 'unknown_reference'],
    handler: async ({ params, body }, ctx) => {
      const change = {
        alertId: params.id,
        actor: ctx.principal.name,
        note: body.note ?? null,
        assignee: body.assignee,
      };
      return ok(presentAlert(await assignAlert(deps, transactionOf(ctx), change)));
    },
  });
