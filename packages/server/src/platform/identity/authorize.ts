import type { Scope } from '@gpushield/contracts';
import { AppError } from '../errors.ts';
import type { Principal } from './principal.ts';

/** What a decision is about: who registered the resource, where ownership matters. */
export interface ResourceRef {
  readonly ownerId: string;
}

export type Authorization =
  | { readonly granted: true; readonly ownOnly: boolean }
  | { readonly granted: false; readonly reason: 'insufficient_scope' | 'not_owner' };

const ownScopeOf = (scope: Scope): string => `${scope}:own`;

/**
 * The one decision: may this principal use this scope, on this resource? Without a resource a principal that only
 * holds the `:own` form is let through with `ownOnly`, and the handler asks again with the resource in hand.
 */
export const authorize = (principal: Principal, scope: Scope, resource?: ResourceRef): Authorization => {
  if (principal.scopes.has(scope)) return { granted: true, ownOnly: false };
  const own = ownScopeOf(scope);
  const holdsOwn = [...principal.scopes].some((held) => held === own);
  if (!holdsOwn) return { granted: false, reason: 'insufficient_scope' };
  if (resource === undefined) return { granted: true, ownOnly: true };
  return resource.ownerId === principal.id
    ? { granted: true, ownOnly: true }
    : { granted: false, reason: 'not_owner' };
};

/** Like `authorize`, throwing `insufficient_scope` or `not_owner` (403). The pipeline audits the refusal. */
export const requireAuthorization = (
  principal: Principal,
  scope: Scope,
  resource?: ResourceRef,
): { readonly ownOnly: boolean } => {
  const decision = authorize(principal, scope, resource);
  if (decision.granted) return decision;
  throw decision.reason === 'not_owner'
    ? new AppError('not_owner')
    : new AppError('insufficient_scope', { detail: `This request needs the scope ${scope}` });
};
