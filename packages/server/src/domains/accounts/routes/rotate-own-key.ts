import { RotatedKey } from '@gpushield/contracts';
import { AppError } from '../../../platform/errors.ts';
import { defineRoute, ok } from '../../../platform/http/route.ts';
import { userNumber } from '../aws/identity-store.ts';
import { decideAllowedAddresses, userIdOf } from '../decisions.ts';
import { revokeKey } from '../key-store.ts';
import { makeKey } from '../make-key.ts';
import { lockOwnedKey } from '../owned-key.ts';
import { toScopes } from '../../../platform/identity/index.ts';
import type { CreateKeyDeps } from './create-key.ts';
import { noStore } from './login.ts';

const hourMs = 3_600_000;

/** POST /v1/keys/rotate (seed 2): the key that asks is exchanged for a new one; the old one stops at once. */
export const rotateOwnKey = (deps: CreateKeyDeps) =>
  defineRoute({
    method: 'POST',
    path: '/v1/keys/rotate',
    operationId: 'rotateOwnKey',
    summary: 'Exchange the API key that asks for a new one of API_KEY_TTL_HOURS; the old one stops at once',
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
      const atMs = deps.clock.nowMs();
      const expiresAtMs = atMs + deps.defaultTtlHours * hourMs;
      const made = await deps.db.transaction(async (tx) => {
        const old = await lockOwnedKey(tx, principal.credentialId, principal);
        if (old.revoked_at !== null) throw new AppError('conflict', { detail: 'The key is revoked' });
        await revokeKey(tx, old.id, new Date(atMs));
        const key = await makeKey(deps, tx, {
          userId: userIdOf(principal),
          description: old.description,
          scopes: old.scopes === null ? null : toScopes(old.scopes),
          allowedAddresses: decideAllowedAddresses(principal, old.allowed_addresses ?? undefined),
          atMs,
          expiresAtMs,
        });
        return { key, number: await userNumber(tx, old.user_id) };
      });
      deps.onKeyOperation('rotate');
      return {
        ...ok({
          api_key: made.key.api_key,
          key_prefix: made.key.key_prefix,
          user_id: made.number,
          username: made.key.username,
          expires_at: new Date(expiresAtMs).toISOString(),
        }),
        headers: noStore,
      };
    },
  });
