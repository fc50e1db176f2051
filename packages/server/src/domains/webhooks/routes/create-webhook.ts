import { CreateWebhook, CreatedWebhook } from '@gpushield/contracts';
import { AppError } from '../../../platform/errors.ts';
import { created, defineRoute, type Route } from '../../../platform/http/route.ts';
import type { WebhooksDomainDeps } from '../deps.ts';
import { countEndpoints, findEndpoint, insertEndpoint, rotateSecret } from '../endpoint-store.ts';
import { newFields, secretFrom } from '../input.ts';
import { presentWebhook } from '../present.ts';
import { noStore, tag } from './params.ts';

/** Each event may go to all of them. */
const endpointsMax = 10_000;

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
      const fields = newFields(deps, body);
      const secret = secretFrom(deps, body.secret);
      const [id, secretId] = [deps.newId(), deps.newId()];
      const now = new Date(deps.clock.nowMs());
      const endpoint = await deps.db.transaction(async (tx) => {
        if ((await countEndpoints(tx)) >= endpointsMax) {
          throw new AppError('conflict', {
            detail: `There are ${String(endpointsMax)} webhooks: delete one first`,
          });
        }
        await insertEndpoint(tx, { ...fields, id, createdBy: ctx.principal.id, now });
        const sealed = deps.webhooks.sealSecret(secretId, secret);
        await rotateSecret(tx, id, { id: secretId, sealed }, { now, until: now });
        return findEndpoint(tx, id);
      });
      if (endpoint === undefined) throw new Error('A webhook that was just made is not there');
      const answer = created({ ...presentWebhook(endpoint), secret }, `/api/v1/webhooks/${id}`);
      return { ...answer, headers: { ...answer.headers, ...noStore } };
    },
  });
