import { RotatedKey } from '@gpushield/contracts';
import { AppError } from '../../../platform/errors.ts';
import { defineRoute, ok } from '../../../platform/http/route.ts';
import { userNumber } from '../aws/identity-store.ts';
import { exchangeKey } from '../exchange-key.ts';
import type { CreateKeyDeps } from './create-key.ts';
import { noStore } from './login.ts';

/** POST /v1/keys/rotate (seed 2): the key that asks is exchanged for a new one; the old one stops at once. */
export const rotateOwnKey = (deps: CreateKeyDeps) =>
  defineRoute({
    method: 'POST',
    path: '/v1/keys/rotate',
    operationId: 'rotateOwnKey',
    summary:
      'Exchange the API key that asks for a new one with the same scopes and length of life (from an AWS login: the same end); the old one stops at once',
    tag: 'API keys',
    access: { scope: 'keys:own' },
    audit: { when: 'before', action: 'key.rotate', resource: 'key:own' },
    effect: 'own',
    schema: { responses: { 200: RotatedKey } },
    errors: ['conflict', 'not_found'],
    handler: async (_input, ctx) => {
      const { principal } = ctx;
      if (principal.kind !== 'api_key')
        throw new AppError('conflict', { detail: 'Ask with the API key that is to be rotated' });
      const { made, also } = await exchangeKey(deps, principal.credentialId, ctx, userNumber);
      const { api_key, key_prefix, username, expires_at } = made;
      return { ...ok({ api_key, key_prefix, user_id: also, username, expires_at }), headers: noStore };
    },
  });
