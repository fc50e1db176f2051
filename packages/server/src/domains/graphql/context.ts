import type { Scope } from '@gpushield/contracts';
import type { Executor } from '../../platform/database/types.ts';
import { requireAuthorization } from '../../platform/identity/authorize.ts';
import { AppError } from '../../platform/errors.ts';
import type { RequestContext } from '../../platform/http/route.ts';
import type { GraphqlDomainDeps } from './deps.ts';
import { createLoaders, type Loaders } from './loaders.ts';

/** What resolvers know of the request that they answer. */
export interface GraphqlContext {
  readonly db: Executor;
  readonly loaders: Loaders;
  readonly signal: AbortSignal;
  /** Throws `insufficient_scope` unless the caller holds the whole scope; each refusal is audited once. */
  readonly need: (scope: Scope) => Promise<void>;
}

export const createGraphqlContext = (
  deps: GraphqlDomainDeps,
  ctx: RequestContext,
  { cache, signal }: { readonly cache: boolean; readonly signal: AbortSignal },
): GraphqlContext => {
  const refused = new Map<Scope, Promise<void>>();
  const isHeld = (scope: Scope): boolean => {
    try {
      return !requireAuthorization(ctx.principal, scope).ownOnly;
    } catch {
      return false;
    }
  };
  return {
    db: ctx.db,
    loaders: createLoaders(deps, ctx.db, cache),
    signal,
    need: async (scope) => {
      if (isHeld(scope)) return;
      const entry = {
        action: 'graphql.field',
        resource: `scope:${scope}`,
        granted: false,
        reason: 'insufficient_scope',
      };
      const audited = refused.get(scope) ?? ctx.audit(entry);
      refused.set(scope, audited);
      await audited;
      throw new AppError('insufficient_scope', { detail: `This field needs the scope ${scope}` });
    },
  };
};
