import { AlertSilence } from '@gpushield/contracts';
import { AppError } from '../../../platform/errors.ts';
import { defineRoute, ok, transactionOf, type Route } from '../../../platform/http/route.ts';
import type { AlertDeps } from '../deps.ts';
import { presentSilence } from '../present.ts';
import { endSilence, findSilence } from '../silence-store.ts';
import { AlertParams } from './params.ts';

export const endSilenceRoute = (deps: AlertDeps): Route =>
  defineRoute({
    method: 'DELETE',
    path: '/api/v1/alerts/silences/:id',
    operationId: 'endAlertSilence',
    summary: 'End a silence now; one that has ended stays as it is',
    tag: 'alerts',
    access: { scope: 'alerts:write' },
    audit: { when: 'before', action: 'alert.end_silence', resource: 'alert_silence:{id}' },
    effect: 'transaction',
    schema: { params: AlertParams, responses: { 200: AlertSilence } },
    errors: ['not_found'],
    handler: async ({ params }, ctx) => {
      const tx = transactionOf(ctx);
      const now = new Date(deps.clock.nowMs());
      const ended = await endSilence(tx, params.id, ctx.principal.name, now);
      const silence = ended ?? (await findSilence(tx, params.id));
      if (silence === undefined)
        throw new AppError('not_found', { detail: 'There is no silence with this id' });
      return ok(presentSilence(silence, now));
    },
  });
