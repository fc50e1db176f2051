import { Webhook } from '@gpushield/contracts';
import { defineRoute, ok, transactionOf, type Route } from '../../../platform/http/route.ts';
import type { WebhooksDomainDeps } from '../deps.ts';
import { findEndpoint, setEnabled } from '../endpoint-store.ts';
import { unknownWebhook } from '../input.ts';
import { presentWebhook } from '../present.ts';
import { WebhookParams, tag } from './params.ts';

const switches = {
  enable: {
    operationId: 'enableWebhook',
    summary: 'Send to an endpoint again, from now on; resend what it missed',
    enabled: true,
  },
  disable: {
    operationId: 'disableWebhook',
    summary: 'Send nothing more to an endpoint; what waits for it ends as failed',
    enabled: false,
  },
} as const;

/** Both say the state that is wanted, so that a second one changes nothing. */
export const switchWebhookRoute = (deps: WebhooksDomainDeps, verb: keyof typeof switches): Route => {
  const { operationId, summary, enabled } = switches[verb];
  return defineRoute({
    method: 'POST',
    path: `/api/v1/webhooks/:id/${verb}`,
    operationId,
    summary,
    tag,
    access: { scope: 'webhooks:write' },
    audit: { when: 'before', action: `webhook.${verb}`, resource: 'webhook:{id}' },
    effect: 'transaction',
    schema: { params: WebhookParams, responses: { 200: Webhook } },
    errors: ['not_found'],
    handler: async ({ params }, ctx) => {
      const tx = transactionOf(ctx);
      await setEnabled(tx, params.id, enabled, new Date(deps.clock.nowMs()));
      const endpoint = await findEndpoint(tx, params.id);
      if (endpoint === undefined) throw unknownWebhook();
      return ok(presentWebhook(endpoint));
    },
  });
};
