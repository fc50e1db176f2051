import type { CreatedApiKey, Scope } from '@gpushield/contracts';
import type { Tx } from '../../platform/database/types.ts';
import { AppError } from '../../platform/errors.ts';
import type { RequestContext } from '../../platform/http/route.ts';
import { covers, scopesOfRoles, toScopes, type Principal } from '../../platform/identity/index.ts';
import { isAwsUser } from './aws/identity-store.ts';
import { decideAllowedAddresses } from './decisions.ts';
import { revokeKey, type KeyRow } from './key-store.ts';
import { makeKey } from './make-key.ts';
import { lockOwnedKey } from './owned-key.ts';
import type { CreateKeyDeps } from './routes/create-key.ts';
import { findUser, rolesOf, type UserRow } from './user-store.ts';

/**
 * What the new key keeps. A key without a list of its own grows with its user: only its user's login, or the key itself,
 * can exchange it for another such. Errors: `insufficient_scope`: a narrow key must not turn into a wide one.
 */
const exchangedScopes = (principal: Principal, key: KeyRow, user: UserRow): readonly Scope[] | null => {
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
 * When the new key ends, in milliseconds since 1970; null is never. It lives as long as the old one did, from now. The
 * key of somebody whom AWS vouches for keeps its end: who lost the role must not renew past the last login.
 */
export const exchangedExpiry = (
  key: Pick<KeyRow, 'created_at' | 'expires_at'>,
  { nowMs, vouchedByAws }: { readonly nowMs: number; readonly vouchedByAws: boolean },
): number | null => {
  if (key.expires_at === null) return null;
  const endMs = key.expires_at.getTime();
  return vouchedByAws ? endMs : nowMs + endMs - key.created_at.getTime();
};

/** Revokes a key and makes one like it, in one transaction; `more` reads beside it. Errors: `not_found`, `conflict`. */
export const exchangeKey = async <T>(
  deps: CreateKeyDeps,
  id: string,
  ctx: Pick<RequestContext, 'principal' | 'audit'>,
  more: (tx: Tx, userId: string) => Promise<T>,
): Promise<{ readonly made: CreatedApiKey; readonly also: T }> => {
  const { principal } = ctx;
  const nowMs = deps.clock.nowMs();
  const exchanged = await deps.db.transaction(async (tx) => {
    const old = await lockOwnedKey(tx, id, principal);
    if (old.revoked_at !== null)
      throw new AppError('conflict', { detail: 'The key is revoked: create a new one' });
    const user = await findUser(tx, old.user_id);
    if (user === undefined) throw new AppError('not_found');
    const scopes = exchangedScopes(principal, old, user);
    await revokeKey(tx, old.id, new Date(nowMs));
    const made = await makeKey(deps, tx, {
      userId: old.user_id,
      description: old.description,
      scopes,
      // A restricted credential must not rotate an unrestricted key into a key of its own.
      allowedAddresses: decideAllowedAddresses(principal, old.allowed_addresses ?? undefined),
      atMs: nowMs,
      expiresAtMs: exchangedExpiry(old, { nowMs, vouchedByAws: await isAwsUser(tx, old.user_id) }),
    });
    return { made, also: await more(tx, old.user_id) };
  });
  deps.onKeyOperation('rotate');
  await ctx.audit({
    action: 'key.created',
    resource: `key:${exchanged.made.id}`,
    details: { user_id: exchanged.made.user_id },
  });
  return exchanged;
};
