import { CreateWebhook, CreatedWebhook } from '@gpushield/contracts';
import { created, defineRoute, type Route } from '../../../platform/http/route.ts';
import type { WebhooksDomainDeps } from '../deps.ts';
import { createEndpoint } from '../create-endpoint.ts';
import { findEndpoint } from '../endpoint-store.ts';
import { presentWebhook } from '../present.ts';
import { noStore, tag } from './params.ts';

/** `effect: 'own'`: answers of transactions are stored for their Idempotency-Key, and this one shows a secret. */
export const createWebhookRoute = (deps: WebhooksDomainDeps): Route =>
  defineRoute({
    method: 'POST',
    path: '/api/v1/webhooks',
    operationId: 'createWebhook',
    summary: 'Register an endpoint; the answer shows its secret, once',
    tag,
    access: { scope: 'webhooks:write' },
    audit: { when: 'before', action: 'webhook.create' },
    effect: 'own',
    schema: { body: CreateWebhook, responses: { 201: CreatedWebhook } },
    errors: ['conflict'],
    handler: async ({ body }, ctx) => {
      const { endpoint, secret } = await deps.db.transaction(async (tx) => {
        const made = await createEndpoint(deps, tx, { body, createdBy: ctx.principal.id });
        return { secret: made.secret, endpoint: await findEndpoint(tx, made.id) };
      });
      if (endpoint === undefined) throw new Error('A webhook that was just made is not there');
      const answer = created({ ...presentWebhook(endpoint), secret }, `/api/v1/webhooks/${endpoint.id}`);
      return { ...answer, headers: { ...answer.headers, ...noStore } };
    },
  });
