import { CreateApiKey, CreatedApiKey, type CreateApiKey as KeyRequest } from '@gpushield/contracts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database, Executor } from '../../../platform/database/types.ts';
import { AppError } from '../../../platform/errors.ts';
import { created, defineRoute } from '../../../platform/http/route.ts';
import type { Principal } from '../../../platform/identity/index.ts';
import { decideAllowedAddresses, decideKeyExpiry, decideKeyScopes, userIdOf } from '../decisions.ts';
import { makeKey, type MakeKeyDeps } from '../make-key.ts';
import { findUser, findUserByName, rolesOf, type UserRow } from '../user-store.ts';
import { noStore } from './login.ts';

export interface CreateKeyDeps extends MakeKeyDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly defaultTtlHours: number;
  readonly onKeyOperation: (operation: 'create' | 'revoke' | 'rotate') => void;
}

/** Whose key it will be. Errors: `unknown_reference`; `insufficient_scope` for another's without `keys:admin`. */
const targetUser = async (tx: Executor, principal: Principal, wish: KeyRequest): Promise<UserRow> => {
  const named =
    wish.user_id !== undefined
      ? await findUser(tx, wish.user_id)
      : wish.username !== undefined
        ? await findUserByName(tx, wish.username)
        : await findUser(tx, userIdOf(principal));
  // Asked first, so that nobody learns which names exist.
  if (named?.id !== principal.id && !principal.scopes.has('keys:admin')) {
    throw new AppError('insufficient_scope', { detail: 'A key for another user needs the scope keys:admin' });
  }
  if (named === undefined) throw new AppError('unknown_reference', { detail: 'There is no such user' });
  if (wish.user_id !== undefined && wish.username !== undefined && named.username !== wish.username) {
    throw new AppError('unknown_reference', { detail: 'user_id and username name different users' });
  }
  return named;
};

/**
 * `effect: 'own'`: to give the same answer again for an Idempotency-Key, the key itself would have to be kept in clear.
 * So a repeated request makes another key, and the one whose answer was lost is revoked or runs out.
 */
export const createKey = (deps: CreateKeyDeps) =>
  defineRoute({
    method: 'POST',
    path: '/api/v1/keys',
    operationId: 'createApiKey',
    summary:
      'Create an API key, never wider than the credential that asks; the key itself is shown this once',
    tag: 'API keys',
    access: { scope: 'keys:own' },
    audit: { when: 'before', action: 'key.create' },
    effect: 'own',
    schema: { body: CreateApiKey, responses: { 201: CreatedApiKey } },
    errors: ['unknown_reference', 'conflict'],
    handler: async ({ body }, ctx) => {
      const { principal } = ctx;
      const nowMs = deps.clock.nowMs();
      const made = await deps.db.transaction(async (tx) => {
        const user = await targetUser(tx, principal, body);
        const expiry = {
          principal,
          requestedHours: body.expires_in_hours,
          defaultHours: deps.defaultTtlHours,
          nowMs,
        };
        return makeKey(deps, tx, {
          userId: user.id,
          description: body.description ?? '',
          scopes: decideKeyScopes({ principal, targetRoles: rolesOf(user), requested: body.scopes }),
          allowedAddresses: decideAllowedAddresses(principal, body.allowed_addresses),
          atMs: nowMs,
          expiresAtMs: decideKeyExpiry(expiry),
        });
      });
      deps.onKeyOperation('create');
      await ctx.audit({
        action: 'key.created',
        resource: `key:${made.id}`,
        details: { user_id: made.user_id },
      });
      return { ...created(made), headers: noStore };
    },
  });
