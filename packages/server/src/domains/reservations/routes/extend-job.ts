import { ExtendJob, JobAction } from '@gpushield/contracts';
import { AppError } from '../../../platform/errors.ts';
import { defineRoute, ok, transactionOf } from '../../../platform/http/route.ts';
import { requested, requireOpen } from '../act-on-job.ts';
import type { RouteDeps } from '../deps.ts';
import { lockedJob } from '../owned-job.ts';
import { listMembers, listQuotas, quotaTable } from '../quota-store.ts';
import type { JobRow } from '../types.ts';
import { JobParams, jobTag } from './job-params.ts';

const hourSeconds = 3600;

/** The new duration. Errors: `quota_exceeded` beyond what a job may last in all. */
const extended = (row: JobRow, hours: number, maxHours: number): number => {
  const seconds = row.duration_seconds + Math.round(hours * hourSeconds);
  if (seconds <= maxHours * hourSeconds) return seconds;
  const left = Math.max(0, maxHours - row.duration_seconds / hourSeconds);
  throw new AppError('quota_exceeded', {
    detail: `A job lasts ${maxHours} hours in all; this one can be extended by ${Math.floor(left * 100) / 100} more`,
  });
};

export const extendJob = (deps: RouteDeps) =>
  defineRoute({
    method: 'POST',
    path: '/v1/jobs/:id/extend',
    operationId: 'extendJob',
    summary: 'Move the end of a job; warnings start anew',
    tag: jobTag,
    access: { scope: 'jobs:write' },
    audit: { when: 'before', action: 'job.extend', resource: 'job:{id}' },
    effect: 'transaction',
    schema: { params: JobParams, body: ExtendJob, responses: { 200: JobAction } },
    errors: ['not_found', 'not_owner', 'invalid_transition', 'quota_exceeded'],
    handler: async ({ params, body }, ctx) => {
      const tx = transactionOf(ctx);
      const row = await lockedJob(ctx, params.id);
      requireOpen(row);
      const quotas = quotaTable(await listQuotas(tx), await listMembers(tx));
      const most = quotas.ofUser(row.username).maxTotalHours ?? deps.limits.maxTotalHours;
      const seconds = extended(row, body.extension_hours, most);
      const expiresAt = row.started_at === null ? null : new Date(row.started_at.getTime() + seconds * 1000);
      await tx.query(
        `UPDATE jobs SET duration_seconds = $2, expires_at = $3, warned_minutes = NULL, idle_since = NULL,
                idle_warned_at = NULL WHERE id = $1`,
        [row.id, seconds, expiresAt],
      );
      const message = `Extended by ${body.extension_hours} h`;
      const change = { message, kind: 'extended', userId: ctx.principal.id, expiresAt };
      return ok(await requested(deps, tx, row, 'extend', change));
    },
  });
