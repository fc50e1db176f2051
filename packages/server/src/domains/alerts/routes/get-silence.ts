import { AlertSilence } from '@gpushield/contracts';
import { AppError } from '../../../platform/errors.ts';
import { defineRoute, ok, type Route } from '../../../platform/http/route.ts';
import type { AlertDeps } from '../deps.ts';
import { presentSilence } from '../present.ts';
import { findSilence } from '../silence-store.ts';
import { AlertParams } from './params.ts';

export const getSilenceRoute = (deps: AlertDeps): Route =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/alerts/silences/:id',
    operationId: 'getAlertSilence',
    summary: 'One silence',
    tag: 'alerts',
    access: { scope: 'alerts:read' },
    audit: { when: 'with', action: 'alert.read_silence', resource: 'alert_silence:{id}' },
    effect: 'read',
    schema: { params: AlertParams, responses: { 200: AlertSilence } },
    errors: ['not_found'],
    handler: async ({ params }, ctx) => {
      const silence = await findSilence(ctx.db, params.id);
      if (silence === undefined)
        throw new AppError('not_found', { detail: 'There is no silence with this id' });
      return ok(presentSilence(silence, new Date(deps.clock.nowMs())));
    },
  });
