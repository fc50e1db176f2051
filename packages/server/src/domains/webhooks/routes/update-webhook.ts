import { UpdateWebhook, Webhook } from '@gpushield/contracts';
import { defineRoute, ok, transactionOf, type Route } from '../../../platform/http/route.ts';
import type { WebhooksDomainDeps } from '../deps.ts';
import { lockEndpoint, updateEndpoint } from '../endpoint-store.ts';
import { changedFields, unknownWebhook } from '../input.ts';
import { presentWebhook } from '../present.ts';
import { WebhookParams, tag } from './params.ts';

export const updateWebhookRoute = (deps: WebhooksDomainDeps): Route =>
  defineRoute({
    method: 'PATCH',
    path: '/api/v1/webhooks/:id',
    operationId: 'updateWebhook',
    summary: 'Change an endpoint; messages under way go to the new address from their next attempt on',
    tag,
    access: { scope: 'webhooks:write' },
    audit: { when: 'before', action: 'webhook.update', resource: 'webhook:{id}' },
    effect: 'transaction',
    schema: { params: WebhookParams, body: UpdateWebhook, responses: { 200: Webhook } },
    errors: ['not_found'],
    handler: async ({ params, body }, ctx) => {
      const tx = transactionOf(ctx);
      const before = await lockEndpoint(tx, params.id);
      if (before === undefined) throw unknownWebhook();
      const fields = changedFields(deps, before, body);
      const updatedAt = new Date(deps.clock.nowMs());
      await updateEndpoint(tx, params.id, fields, updatedAt);
      return ok(presentWebhook({ ...before, ...fields, updatedAt }));
    },
  });
