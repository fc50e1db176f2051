import { ResendWebhook, ResentWebhook } from '@gpushield/contracts';
import { AppError } from '../../../platform/errors.ts';
import { defineRoute, transactionOf, type Route } from '../../../platform/http/route.ts';
import type { WebhooksDomainDeps } from '../deps.ts';
import { lockEndpoint } from '../endpoint-store.ts';
import { requireEnabled } from '../input.ts';
import { WebhookParams, tag } from './params.ts';

export const resendWebhookRoute = ({ webhooks }: WebhooksDomainDeps): Route =>
  defineRoute({
    method: 'POST',
    path: '/api/v1/webhooks/:id/resend',
    operationId: 'resendWebhook',
    summary: 'Send one message again, or all that failed since a time, with their ids of before',
    tag,
    access: { scope: 'webhooks:write' },
    audit: { when: 'before', action: 'webhook.resend', resource: 'webhook:{id}' },
    effect: 'transaction',
    schema: { params: WebhookParams, body: ResendWebhook, responses: { 202: ResentWebhook } },
    errors: ['not_found', 'conflict'],
    handler: async ({ params, body }, ctx) => {
      const tx = transactionOf(ctx);
      const { id } = requireEnabled(await lockEndpoint(tx, params.id));
      if (body.message_id !== undefined) {
        if (!(await webhooks.resendMessage(tx, id, body.message_id))) {
          throw new AppError('not_found', {
            detail: 'There is no message with this id; messages are kept for 30 days',
          });
        }
        return { status: 202, body: { resent: 1, has_more: false } };
      }
      const since = new Date(body.since ?? Number.NaN);
      if (Number.isNaN(since.getTime())) {
        throw new AppError('validation_failed', {
          errors: [{ field: '/since', message: 'must be a date and time' }],
        });
      }
      const { resent, hasMore } = await webhooks.resendFailed(tx, id, since);
      return { status: 202, body: { resent, has_more: hasMore } };
    },
  });
