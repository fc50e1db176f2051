import { JobDetail, type JobDetail as Detail } from '@gpushield/contracts';
import { defineRoute, ok, type RequestContext } from '../../../platform/http/route.ts';
import type { RouteDeps } from '../deps.ts';
import { findDisk } from '../disk-store.ts';
import { eventsOf } from '../event-store.ts';
import { allocationsOf } from '../job-store.ts';
import { ownedJob } from '../owned-job.ts';
import { presentDetail } from '../present-job.ts';
import { jupyterPurpose } from '../processor/deps.ts';
import type { JobRow } from '../types.ts';
import { JobParams, jobTag } from './job-params.ts';

/** Everything about a job; its Jupyter token for its owner alone. */
export const detailOf = async (deps: RouteDeps, ctx: RequestContext, row: JobRow): Promise<Detail> => {
  const view = row.status === 'queued' ? await deps.views.current() : undefined;
  const disk = row.disk_id === null ? undefined : await findDisk(ctx.db, row.disk_id);
  const sealedToken = row.user_id === ctx.principal.id ? row.jupyter_token_sealed : null;
  return presentDetail(row, {
    nowMs: deps.clock.nowMs(),
    view,
    diskName: disk?.name ?? null,
    allocations: await allocationsOf(ctx.db, row.id),
    events: await eventsOf(ctx.db, row.id),
    risk: await deps.riskOf(ctx.db, row.id),
    jupyterToken: sealedToken === null ? null : deps.sealer.unseal(sealedToken, jupyterPurpose(row.id)),
  });
};

export const getJob = (deps: RouteDeps) =>
  defineRoute({
    method: 'GET',
    path: '/v1/jobs/:id',
    operationId: 'getJob',
    summary: 'A job, by its id or a unique beginning of it',
    tag: jobTag,
    access: { scope: 'jobs:read' },
    audit: { when: 'with', action: 'job.read', resource: 'job:{id}' },
    effect: 'read',
    schema: { params: JobParams, responses: { 200: JobDetail } },
    errors: ['not_found', 'not_owner'],
    handler: async ({ params }, ctx) => {
      const row = await ownedJob(ctx, params.id);
      return { ...ok(await detailOf(deps, ctx, row)), headers: { 'cache-control': 'no-store' } };
    },
  });
