import { JobList, jobStatuses, type JobStatus } from '@gpushield/contracts';
import { Type } from 'typebox';
import { AppError } from '../../../platform/errors.ts';
import { defineRoute, ok } from '../../../platform/http/route.ts';
import type { RouteDeps } from '../deps.ts';
import { diskNames } from '../disk-store.ts';
import { countJobs, listJobs as selectJobs } from '../job-store.ts';
import { presentSummary } from '../present-job.ts';
import { jobTag } from './job-params.ts';

const Query = Type.Object(
  {
    status: Type.Optional(Type.String({ maxLength: 200, description: 'Statuses, with commas between' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 50 })),
    offset: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000, default: 0 })),
    user: Type.Optional(Type.Enum(['me', 'all'], { description: 'Everybody’s needs the full jobs:read' })),
  },
  { additionalProperties: false },
);

const statusesOf = (text: string | undefined): readonly JobStatus[] | undefined => {
  const names = (text ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (names.length === 0) return undefined;
  const known = jobStatuses.filter((status) => names.includes(status));
  const wrong = names.find((name) => !jobStatuses.some((status) => status === name));
  if (wrong === undefined) return known;
  throw new AppError('validation_failed', {
    detail: `There is no status ${wrong}. Statuses: ${jobStatuses.join(', ')}`,
    errors: [{ field: 'query/status', message: 'must be statuses with commas between' }],
  });
};

/** One's own jobs unless everybody's are asked for and permitted. */
export const listJobs = (deps: RouteDeps) =>
  defineRoute({
    method: 'GET',
    path: '/v1/jobs',
    operationId: 'listJobs',
    summary: 'Jobs, newest first: one’s own; everybody’s with user=all and the scope',
    tag: jobTag,
    access: { scope: 'jobs:read' },
    audit: { when: 'with', action: 'job.list' },
    effect: 'read',
    schema: { query: Query, responses: { 200: JobList } },
    handler: async ({ query }, ctx) => {
      const { limit = 50, offset = 0 } = query;
      if (query.user === 'all' && ctx.ownOnly)
        throw new AppError('insufficient_scope', { detail: 'Other people’s jobs need the scope jobs:read' });
      const filter = {
        userId: query.user === 'all' ? undefined : ctx.principal.id,
        statuses: statusesOf(query.status),
      };
      const rows = await selectJobs(ctx.db, filter, limit, offset);
      const total = await countJobs(ctx.db, filter);
      const view = rows.some(({ status }) => status === 'queued') ? await deps.views.current() : undefined;
      const disks = await diskNames(
        ctx.db,
        rows.flatMap(({ disk_id: id }) => id ?? []),
      );
      const nowMs = deps.clock.nowMs();
      return ok({
        jobs: rows.map((row) =>
          presentSummary(row, { nowMs, view, diskName: disks.get(row.disk_id ?? '') ?? null }),
        ),
        total,
        limit,
        offset,
      });
    },
  });
