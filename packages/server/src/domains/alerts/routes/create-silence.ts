import { AlertSilence, CreateAlertSilence } from '@gpushield/contracts';
import { created, defineRoute, transactionOf, type Route } from '../../../platform/http/route.ts';
import { createSilence } from '../create-silence.ts';
import type { AlertDeps } from '../deps.ts';
import { presentSilence } from '../present.ts';

export const createSilenceRoute = (deps: AlertDeps): Route =>
  defineRoute({
    method: 'POST',
    path: '/api/v1/alerts/silences',
    operationId: 'createAlertSilence',
    summary: 'Tell nobody of the alerts that match, until it ends; they are still raised and listed',
    tag: 'alerts',
    access: { scope: 'alerts:write' },
    audit: { when: 'before', action: 'alert.silence' },
    effect: 'transaction',
    schema: { body: CreateAlertSilence, responses: { 201: AlertSilence } },
    errors: ['conflict'],
    handler: async ({ body }, ctx) => {
      const actor = ctx.principal.name;
      const silence = await createSilence(deps, transactionOf(ctx), body, actor);
      return created(presentSilence(silence, silence.createdAt), `/api/v1/alerts/silences/${silence.id}`);
    },
  });
