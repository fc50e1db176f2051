import type { UsageSumQuery } from '@gpushield/contracts';
import type { RequestContext } from '../../platform/http/route.ts';
import { AppError } from '../../platform/errors.ts';
import type { UsageFilter } from './store.ts';

/** What of the ledger a caller may see: with the `:own` scope only what it used itself. */
export const filterOf = (
  query: UsageSumQuery,
  ctx: Pick<RequestContext, 'ownOnly' | 'principal'>,
): UsageFilter => {
  const { principal_id: asked, subject, kind, from, to } = query;
  if (ctx.ownOnly && asked !== undefined && asked !== ctx.principal.id) throw new AppError('not_owner');
  return {
    principalId: ctx.ownOnly ? ctx.principal.id : asked,
    subject,
    kind,
    from: from === undefined ? undefined : new Date(from),
    to: to === undefined ? undefined : new Date(to),
  };
};
