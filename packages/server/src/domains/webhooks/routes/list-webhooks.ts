import { Webhook, WebhookListQuery, pageOf } from '@gpushield/contracts';
import { paginate } from '../../../platform/http/page.ts';
import { defineRoute, ok, type Route } from '../../../platform/http/route.ts';
import type { WebhooksDomainDeps } from '../deps.ts';
import { listEndpoints } from '../endpoint-store.ts';
import { presentWebhook } from '../present.ts';
import { tag } from './params.ts';

export const listWebhooksRoute = ({ cursors }: WebhooksDomainDeps): Route =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/webhooks',
    operationId: 'listWebhooks',
    summary: 'Registered endpoints, newest first',
    tag,
    access: { scope: 'webhooks:read' },
    audit: { when: 'with', action: 'webhook.list' },
    effect: 'read',
    schema: { query: WebhookListQuery, responses: { 200: pageOf(Webhook) } },
    errors: ['invalid_cursor'],
    handler: async ({ query }, ctx) =>
      ok(
        await paginate({
          codec: cursors,
          list: 'webhooks',
          request: query,
          filters: query,
          fetch: (limit, after) => listEndpoints(ctx.db, query.enabled ?? null, limit, after),
          position: ({ createdAt, id }) => ({ sort: String(createdAt.getTime()), id }),
          present: presentWebhook,
        }),
      ),
  });
