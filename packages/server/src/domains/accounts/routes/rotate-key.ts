import { CreatedApiKey } from '@gpushield/contracts';
import { created, defineRoute } from '../../../platform/http/route.ts';
import { exchangeKey } from '../exchange-key.ts';
import { IdParams } from '../schemas.ts';
import type { CreateKeyDeps } from './create-key.ts';
import { noStore } from './login.ts';

/**
 * `effect: 'own'` for the reason given at `createKey`; a repeated request finds the old key revoked and changes nothing.
 */
export const rotateKey = (deps: CreateKeyDeps) =>
  defineRoute({
    method: 'POST',
    path: '/api/v1/keys/:id/rotate',
    operationId: 'rotateApiKey',
    summary:
      'Exchange an API key for a new one with the same scopes and length of life; the old one stops at once',
    tag: 'API keys',
    access: { scope: 'keys:own' },
    audit: { when: 'before', action: 'key.rotate', resource: 'key:{id}' },
    effect: 'own',
    schema: { params: IdParams, responses: { 201: CreatedApiKey } },
    errors: ['not_found', 'conflict'],
    handler: async ({ params }, ctx) => {
      const { made } = await exchangeKey(deps, params.id, ctx, () => Promise.resolve());
      return { ...created(made), headers: noStore };
    },
  });
