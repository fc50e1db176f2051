import { TestedWebhook } from '@gpushield/contracts';
import { defineRoute, transactionOf, type Route } from '../../../platform/http/route.ts';
import type { WebhooksDomainDeps } from '../deps.ts';
import { lockEndpoint } from '../endpoint-store.ts';
import { requireEnabled } from '../input.ts';
import { WebhookParams, tag } from './params.ts';

export const testWebhookRoute = ({ webhooks }: WebhooksDomainDeps): Route =>
  defineRoute({
    method: 'POST',
    path: '/api/v1/webhooks/:id/test',
    operationId: 'testWebhook',
    summary:
      'Send the event webhook.test to an endpoint, whatever it subscribes to; look for it among the attempts',
    tag,
    access: { scope: 'webhooks:write' },
    audit: { when: 'before', action: 'webhook.test', resource: 'webhook:{id}' },
    effect: 'transaction',
    schema: { params: WebhookParams, responses: { 202: TestedWebhook } },
    errors: ['not_found', 'conflict'],
    handler: async ({ params }, ctx) => {
      const tx = transactionOf(ctx);
      const { id } = requireEnabled(await lockEndpoint(tx, params.id));
      return { status: 202, body: { message_id: await webhooks.sendTest(tx, id) } };
    },
  });
