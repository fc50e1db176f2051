import type { Clock } from '../../../platform/clock.ts';
import { AppError } from '../../../platform/errors.ts';
import { defineRoute, noContent, transactionOf } from '../../../platform/http/route.ts';
import { lockClientSecret, revokeClientSecret as endSecret } from '../client-secret-store.ts';
import { lockOwnedAccount } from '../owned-account.ts';
import { SecretParams } from '../schemas.ts';

export const revokeClientSecret = (deps: { readonly clock: Clock }) =>
  defineRoute({
    method: 'DELETE',
    path: '/api/v1/service-accounts/:id/secrets/:secret_id',
    operationId: 'revokeClientSecret',
    summary: 'Revoke a client secret, and every token that it was exchanged for, on every replica',
    tag: 'Service accounts',
    access: { scope: 'keys:admin' },
    audit: { when: 'before', action: 'client_secret.revoke', resource: 'client_secret:{secret_id}' },
    effect: 'transaction',
    schema: { params: SecretParams, responses: { 204: null } },
    errors: ['not_found'],
    handler: async ({ params }, ctx) => {
      const tx = transactionOf(ctx);
      await lockOwnedAccount(tx, params.id, ctx.principal);
      const secret = await lockClientSecret(tx, params.id, params.secret_id);
      if (secret === undefined)
        throw new AppError('not_found', { detail: `There is no secret ${params.secret_id}` });
      await endSecret(tx, secret.id, new Date(deps.clock.nowMs()));
      return noContent();
    },
  });
