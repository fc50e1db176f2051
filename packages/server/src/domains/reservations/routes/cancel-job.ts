import { JobAction } from '@gpushield/contracts';
import { Type } from 'typebox';
import { defineRoute, ok, transactionOf } from '../../../platform/http/route.ts';
import { requested, requireOpen } from '../act-on-job.ts';
import type { RouteDeps } from '../deps.ts';
import { lockedJob } from '../owned-job.ts';
import { JobParams, jobTag } from './job-params.ts';

export const cancelJob = (deps: RouteDeps) =>
  defineRoute({
    method: 'POST',
    path: '/v1/jobs/:id/cancel',
    operationId: 'cancelJob',
    summary: 'End a job: its processes get SIGTERM, its disk a snapshot',
    tag: jobTag,
    access: { scope: 'jobs:write' },
    audit: { when: 'before', action: 'job.cancel', resource: 'job:{id}' },
    effect: 'transaction',
    schema: {
      params: JobParams,
      body: Type.Optional(Type.Object({}, { additionalProperties: false })),
      responses: { 200: JobAction },
    },
    errors: ['not_found', 'not_owner', 'invalid_transition'],
    handler: async ({ params }, ctx) => {
      const tx = transactionOf(ctx);
      const row = await lockedJob(ctx, params.id);
      requireOpen(row);
      const own = row.user_id === ctx.principal.id;
      const reason = own ? 'Cancelled by its user' : `Cancelled by ${ctx.principal.name}`;
      await tx.query(
        'UPDATE jobs SET cancel_requested_at = coalesce(cancel_requested_at, $2), cancel_reason = coalesce(cancel_reason, $3) WHERE id = $1',
        [row.id, new Date(deps.clock.nowMs()), reason],
      );
      const change = { message: 'Cancellation requested', kind: 'cancel', userId: ctx.principal.id };
      return ok(await requested(deps, tx, row, 'cancel', change));
    },
  });
