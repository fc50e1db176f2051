import type { Tx } from '../../platform/database/types.ts';
import type { Route } from '../../platform/http/route.ts';
import type { WebhooksDomainDeps } from './deps.ts';
import { createEndpoint, type NewEndpoint } from './create-endpoint.ts';
import { createWebhookRoute } from './routes/create-webhook.ts';
import { deleteWebhookRoute } from './routes/delete-webhook.ts';
import { getWebhookRoute } from './routes/get-webhook.ts';
import { listWebhookAttemptsRoute } from './routes/list-webhook-attempts.ts';
import { listWebhookMessagesRoute } from './routes/list-webhook-messages.ts';
import { listWebhooksRoute } from './routes/list-webhooks.ts';
import { resendWebhookRoute } from './routes/resend-webhook.ts';
import { rotateWebhookSecretRoute } from './routes/rotate-webhook-secret.ts';
import { switchWebhookRoute } from './routes/switch-webhook.ts';
import { testWebhookRoute } from './routes/test-webhook.ts';
import { updateWebhookRoute } from './routes/update-webhook.ts';

export type { WebhooksDomainDeps } from './deps.ts';

/** What other domains may do with webhooks. */
export interface WebhooksPort {
  /** Makes an endpoint; answers its id and the secret, which is shown to nobody again. Errors: `validation_failed`. */
  create(tx: Tx, endpoint: NewEndpoint): Promise<{ readonly id: string; readonly secret: string }>;
}

/** Management of webhook endpoints: who gets which events, and what became of them. */
export const createWebhooksDomain = (
  deps: WebhooksDomainDeps,
): { readonly routes: readonly Route[]; readonly port: WebhooksPort } => ({
  port: { create: (tx, endpoint) => createEndpoint(deps, tx, endpoint) },
  routes: [
    createWebhookRoute(deps),
    listWebhooksRoute(deps),
    getWebhookRoute(),
    updateWebhookRoute(deps),
    deleteWebhookRoute(),
    switchWebhookRoute(deps, 'enable'),
    switchWebhookRoute(deps, 'disable'),
    rotateWebhookSecretRoute(deps),
    listWebhookAttemptsRoute(deps),
    listWebhookMessagesRoute(deps),
    resendWebhookRoute(deps),
    testWebhookRoute(deps),
  ],
});
