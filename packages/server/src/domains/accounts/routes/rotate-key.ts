import { CreatedApiKey, type Scope } from '@gpushield/contracts';
import { AppError } from '../../../platform/errors.ts';
import { created, defineRoute } from '../../../platform/http/route.ts';
import { covers, scopesOfRoles, toScopes, type Principal } from '../../../platform/identity/index.ts';
import { revokeKey, type KeyRow } from '../key-store.ts';
import { makeKey } from '../make-key.ts';
import { lockOwnedKey } from '../owned-key.ts';
import { IdParams } from '../schemas.ts';
import { decideAllowedAddresses } from '../decisions.ts';
import { findUser, rolesOf, type UserRow } from '../user-store.ts';
import type { CreateKeyDeps } from './create-key.ts';
import { noStore } from './login.ts';

/**
 * What the new key keeps. A key without a list of its own grows with its user: only its user's login, or the key itself,
 * can exchange it for another such. Errors: `insufficient_scope`: a narrow key must not turn into a wide one.
 */
const rotatedScopes = (principal: Principal, key: KeyRow, user: UserRow): readonly Scope[] | null => {
  const scopes = key.scopes === null ? [...scopesOfRoles(rolesOf(user))] : toScopes(key.scopes);
  if (!scopes.every((scope) => covers(principal.scopes, scope))) {
    throw new AppError('insufficient_scope', {
      detail: 'This key may do more than the credential that rotates it',
    });
  }
  const keepsGrowing = principal.kind === 'user' || principal.credentialId === key.id;
  return key.scopes === null && keepsGrowing ? null : scopes;
};

/**
 * The new key has the old one's user, scopes and length of life, from now. `effect: 'own'` for the reason given at
 * `createKey`; a repeated request finds the old key revoked and changes nothing.
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
      const nowMs = deps.clock.nowMs();
      const made = await deps.db.transaction(async (tx) => {
        const old = await lockOwnedKey(tx, params.id, ctx.principal);
        if (old.revoked_at !== null)
          throw new AppError('conflict', { detail: 'The key is revoked: create a new one' });
        const user = await findUser(tx, old.user_id);
        if (user === undefined) throw new AppError('not_found');
        const scopes = rotatedScopes(ctx.principal, old, user);
        await revokeKey(tx, old.id, new Date(nowMs));
        const lifeMs = old.expires_at === null ? null : old.expires_at.getTime() - old.created_at.getTime();
        return makeKey(deps, tx, {
          userId: old.user_id,
          description: old.description,
          scopes,
          // A restricted credential must not rotate an unrestricted key into a key of its own.
          allowedAddresses: decideAllowedAddresses(ctx.principal, old.allowed_addresses ?? undefined),
          atMs: nowMs,
          expiresAtMs: lifeMs === null ? null : nowMs + lifeMs,
        });
      });
      deps.onKeyOperation('rotate');
      await ctx.audit({
        action: 'key.created',
        resource: `key:${made.id}`,
        details: { user_id: made.user_id },
      });
      return { ...created(made), headers: noStore };
    },
  });
