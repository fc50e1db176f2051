import { Alert } from '@gpushield/contracts';
import { AppError } from '../../../platform/errors.ts';
import { defineRoute, ok, type Route } from '../../../platform/http/route.ts';
import type { AlertDeps } from '../deps.ts';
import { presenterNow } from '../present-now.ts';
import { findAlert } from '../store.ts';
import { AlertParams } from './params.ts';

export const getAlertRoute = (deps: AlertDeps): Route =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/alerts/:id',
    operationId: 'getAlert',
    summary: 'One alert',
    tag: 'alerts',
    access: { scope: 'alerts:read' },
    audit: { when: 'with', action: 'alert.read', resource: 'alert:{id}' },
    effect: 'read',
    schema: { params: AlertParams, responses: { 200: Alert } },
    errors: ['not_found'],
    handler: async ({ params }, ctx) => {
      const alert = await findAlert(ctx.db, params.id);
      if (alert === undefined) throw new AppError('not_found', { detail: 'There is no alert with this id' });
      return ok((await presenterNow(deps, ctx.db))(alert));
    },
  });
