import { uuidPattern } from '@gpushield/contracts';
import { AppError } from '../../platform/errors.ts';
import type { RequestContext } from '../../platform/http/route.ts';
import { findJob, findJobsByPrefix, lockJob } from './job-store.ts';
import type { JobRow } from './types.ts';

/**
 * The job of this id, or of this unique beginning of one. Errors: `not_found`, `not_owner`; `invalid_request` where the
 * beginning is that of several jobs.
 */
export const ownedJob = async (ctx: RequestContext, given: string): Promise<JobRow> => {
  const id = given.toLowerCase();
  if (uuidPattern.test(id)) {
    const row = await findJob(ctx.db, id);
    if (row === undefined) throw new AppError('not_found', { detail: 'There is no such job' });
    ctx.authorize({ ownerId: row.user_id });
    return row;
  }
  const [first, second] = await findJobsByPrefix(ctx.db, id, ctx.ownOnly ? ctx.principal.id : undefined);
  if (first === undefined) throw new AppError('not_found', { detail: 'There is no such job' });
  if (second !== undefined)
    throw new AppError('invalid_request', { detail: `Several jobs begin with ${id}: give more of the id` });
  ctx.authorize({ ownerId: first.user_id });
  return first;
};

/** The same, locked until the transaction ends. */
export const lockedJob = async (ctx: RequestContext, given: string): Promise<JobRow> => {
  const { id } = await ownedJob(ctx, given);
  const row = await lockJob(ctx.db, id);
  if (row === undefined) throw new AppError('not_found', { detail: 'There is no such job' });
  return row;
};
