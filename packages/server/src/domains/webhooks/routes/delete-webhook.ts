import { defineRoute, noContent, transactionOf, type Route } from '../../../platform/http/route.ts';
import { deleteEndpoint } from '../endpoint-store.ts';
import { unknownWebhook } from '../input.ts';
import { WebhookParams, tag } from './params.ts';

export const deleteWebhookRoute = (): Route =>
  defineRoute({
    method: 'DELETE',
    path: '/api/v1/webhooks/:id',
    operationId: 'deleteWebhook',
    summary: 'Delete an endpoint with its secrets, deliveries and attempts; what waits for it is not sent',
    tag,
    access: { scope: 'webhooks:write' },
    audit: { when: 'before', action: 'webhook.delete', resource: 'webhook:{id}' },
    effect: 'transaction',
    schema: { params: WebhookParams, responses: { 204: null } },
    errors: ['not_found'],
    handler: async ({ params }, ctx) => {
      if (!(await deleteEndpoint(transactionOf(ctx), params.id))) throw unknownWebhook();
      return noContent();
    },
  });
