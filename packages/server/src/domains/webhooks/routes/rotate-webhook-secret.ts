import { RotateWebhookSecret, RotatedWebhookSecret, defaultSecretOverlapSeconds } from '@gpushield/contracts';
import { AppError } from '../../../platform/errors.ts';
import { defineRoute, ok, type Route } from '../../../platform/http/route.ts';
import type { WebhooksDomainDeps } from '../deps.ts';
import { countSecrets, lockEndpoint, rotateSecret } from '../endpoint-store.ts';
import { secretFrom, unknownWebhook } from '../input.ts';
import { WebhookParams, noStore, tag } from './params.ts';

/** Each of them signs every delivery, and the header grows with each. */
const secretsMax = 5;

/** `effect: 'own'` for the reason given at `createWebhookRoute`. */
export const rotateWebhookSecretRoute = (deps: WebhooksDomainDeps): Route =>
  defineRoute({
    method: 'POST',
    path: '/api/v1/webhooks/:id/secret/rotate',
    operationId: 'rotateWebhookSecret',
    summary: 'Give an endpoint a new secret, shown once; the old one signs beside it for a while',
    tag,
    access: { scope: 'webhooks:write' },
    audit: { when: 'before', action: 'webhook.rotate_secret', resource: 'webhook:{id}' },
    effect: 'own',
    schema: { params: WebhookParams, body: RotateWebhookSecret, responses: { 200: RotatedWebhookSecret } },
    errors: ['not_found', 'conflict'],
    handler: async ({ params, body }) => {
      const secret = secretFrom(deps, body.secret);
      const overlapSeconds = body.overlap_seconds ?? defaultSecretOverlapSeconds;
      const nowMs = deps.clock.nowMs();
      const times = { now: new Date(nowMs), until: new Date(nowMs + overlapSeconds * 1000) };
      const secretId = deps.newId();
      await deps.db.transaction(async (tx) => {
        if ((await lockEndpoint(tx, params.id)) === undefined) throw unknownWebhook();
        if ((await countSecrets(tx, params.id, times.now)) >= secretsMax) {
          throw new AppError('conflict', {
            detail: `${String(secretsMax)} secrets sign already: wait until one ends`,
          });
        }
        const sealed = deps.webhooks.sealSecret(secretId, secret);
        await rotateSecret(tx, params.id, { id: secretId, sealed }, times);
      });
      return ok({ secret, previous_expires_at: times.until.toISOString() }, noStore);
    },
  });
