import { WebhookMessage, WebhookMessageQuery, pageOf } from '@gpushield/contracts';
import { paginate } from '../../../platform/http/page.ts';
import { defineRoute, ok, type Route } from '../../../platform/http/route.ts';
import type { WebhooksDomainDeps } from '../deps.ts';
import { findEndpoint } from '../endpoint-store.ts';
import { listMessages } from '../history-store.ts';
import { unknownWebhook } from '../input.ts';
import { presentMessage } from '../present.ts';
import { WebhookParams, tag } from './params.ts';

export const listWebhookMessagesRoute = ({ cursors }: WebhooksDomainDeps): Route =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/webhooks/:id/messages',
    operationId: 'listWebhookMessages',
    summary: 'Messages for an endpoint and how far each came, newest first',
    tag,
    access: { scope: 'webhooks:read' },
    audit: { when: 'with', action: 'webhook.list_messages', resource: 'webhook:{id}' },
    effect: 'read',
    schema: { params: WebhookParams, query: WebhookMessageQuery, responses: { 200: pageOf(WebhookMessage) } },
    errors: ['not_found', 'invalid_cursor'],
    handler: async ({ params, query }, ctx) => {
      if ((await findEndpoint(ctx.db, params.id)) === undefined) throw unknownWebhook();
      const filters = { endpointId: params.id, status: query.status ?? null };
      return ok(
        await paginate({
          codec: cursors,
          list: 'webhook-messages',
          request: query,
          filters,
          fetch: (limit, after) => listMessages(ctx.db, filters, limit, after),
          position: ({ createdAt, id }) => ({ sort: String(createdAt.getTime()), id }),
          present: presentMessage,
        }),
      );
    },
  });
