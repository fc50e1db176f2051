import { Webhook } from '@gpushield/contracts';
import { defineRoute, ok, type Route } from '../../../platform/http/route.ts';
import { findEndpoint } from '../endpoint-store.ts';
import { unknownWebhook } from '../input.ts';
import { presentWebhook } from '../present.ts';
import { WebhookParams, tag } from './params.ts';

export const getWebhookRoute = (): Route =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/webhooks/:id',
    operationId: 'getWebhook',
    summary: 'One endpoint, without its secret',
    tag,
    access: { scope: 'webhooks:read' },
    audit: { when: 'with', action: 'webhook.read', resource: 'webhook:{id}' },
    effect: 'read',
    schema: { params: WebhookParams, responses: { 200: Webhook } },
    errors: ['not_found'],
    handler: async ({ params }, ctx) => {
      const endpoint = await findEndpoint(ctx.db, params.id);
      if (endpoint === undefined) throw unknownWebhook();
      return ok(presentWebhook(endpoint));
    },
  });
