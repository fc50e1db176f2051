import type { Clock } from '../../../platform/clock.ts';
import { defineRoute, noContent, transactionOf } from '../../../platform/http/route.ts';
import { revokeKey as endKey } from '../key-store.ts';
import { lockOwnedKey } from '../owned-key.ts';
import { IdParams } from '../schemas.ts';

export interface RevokeKeyDeps {
  readonly clock: Clock;
  readonly onKeyOperation: (operation: 'create' | 'revoke' | 'rotate') => void;
}

export const revokeKey = (deps: RevokeKeyDeps) =>
  defineRoute({
    method: 'DELETE',
    path: '/api/v1/keys/:id',
    operationId: 'revokeApiKey',
    summary: 'Revoke an API key on every replica, within 100 ms; again is no error',
    tag: 'API keys',
    access: { scope: 'keys:own' },
    audit: { when: 'before', action: 'key.revoke', resource: 'key:{id}' },
    effect: 'transaction',
    schema: { params: IdParams, responses: { 204: null } },
    errors: ['not_found'],
    handler: async ({ params }, ctx) => {
      const tx = transactionOf(ctx);
      const key = await lockOwnedKey(tx, params.id, ctx.principal);
      await endKey(tx, key.id, new Date(deps.clock.nowMs()));
      deps.onKeyOperation('revoke');
      return noContent();
    },
  });
