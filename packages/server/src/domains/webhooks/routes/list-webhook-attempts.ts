import { WebhookAttempt, WebhookAttemptQuery, pageOf } from '@gpushield/contracts';
import { paginate } from '../../../platform/http/page.ts';
import { defineRoute, ok, type Route } from '../../../platform/http/route.ts';
import type { WebhooksDomainDeps } from '../deps.ts';
import { findEndpoint } from '../endpoint-store.ts';
import { listAttempts } from '../history-store.ts';
import { unknownWebhook } from '../input.ts';
import { presentAttempt } from '../present.ts';
import { WebhookParams, tag } from './params.ts';

export const listWebhookAttemptsRoute = ({ cursors }: WebhooksDomainDeps): Route =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/webhooks/:id/attempts',
    operationId: 'listWebhookAttempts',
    summary: 'What was tried at an endpoint and what it answered, newest first',
    tag,
    access: { scope: 'webhooks:read' },
    audit: { when: 'with', action: 'webhook.list_attempts', resource: 'webhook:{id}' },
    effect: 'read',
    schema: { params: WebhookParams, query: WebhookAttemptQuery, responses: { 200: pageOf(WebhookAttempt) } },
    errors: ['not_found', 'invalid_cursor'],
    handler: async ({ params, query }, ctx) => {
      if ((await findEndpoint(ctx.db, params.id)) === undefined) throw unknownWebhook();
      const filters = { endpointId: params.id, messageId: query.message_id ?? null };
      return ok(
        await paginate({
          codec: cursors,
          list: 'webhook-attempts',
          request: query,
          filters,
          fetch: (limit, after) => listAttempts(ctx.db, filters, limit, after),
          position: ({ at, id }) => ({ sort: String(at.getTime()), id }),
          present: presentAttempt,
        }),
      );
    },
  });
