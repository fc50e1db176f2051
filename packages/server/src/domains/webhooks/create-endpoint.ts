import type { CreateWebhook } from '@gpushield/contracts';
import type { Tx } from '../../platform/database/types.ts';
import { AppError } from '../../platform/errors.ts';
import type { WebhooksDomainDeps } from './deps.ts';
import { countEndpoints, insertEndpoint, rotateSecret } from './endpoint-store.ts';
import { newFields, secretFrom } from './input.ts';

/** Each event may go to all of them. */
const endpointsMax = 10_000;

export interface NewEndpoint {
  readonly body: CreateWebhook;
  /** The principal's id. */
  readonly createdBy: string;
}

/** Makes an endpoint with its first secret. Errors: `validation_failed`, and `conflict` where there are too many. */
export const createEndpoint = async (
  deps: WebhooksDomainDeps,
  tx: Tx,
  { body, createdBy }: NewEndpoint,
): Promise<{ readonly id: string; readonly secret: string }> => {
  const fields = newFields(deps, body);
  const secret = secretFrom(deps, body.secret);
  const [id, secretId] = [deps.newId(), deps.newId()];
  const now = new Date(deps.clock.nowMs());
  if ((await countEndpoints(tx)) >= endpointsMax) {
    throw new AppError('conflict', {
      detail: `There are ${String(endpointsMax)} webhooks: delete one first`,
    });
  }
  await insertEndpoint(tx, { ...fields, id, createdBy, now });
  const sealed = deps.webhooks.sealSecret(secretId, secret);
  await rotateSecret(tx, id, { id: secretId, sealed }, { now, until: now });
  return { id, secret };
};
