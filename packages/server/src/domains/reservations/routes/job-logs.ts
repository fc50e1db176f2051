import { JobDebug, JobLogs } from '@gpushield/contracts';
import { Type } from 'typebox';
import { defineRoute, ok } from '../../../platform/http/route.ts';
import type { RouteDeps } from '../deps.ts';
import { logOf, noLog } from '../job-log.ts';
import { ownedJob } from '../owned-job.ts';
import { refOf } from '../workload-ref.ts';
import { detailOf } from './get-job.ts';
import { JobParams, jobTag } from './job-params.ts';

const Query = Type.Object(
  {
    rank: Type.Optional(Type.Integer({ minimum: 0, maximum: 63, default: 0 })),
    tail_bytes: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_048_576, default: 65_536 })),
  },
  { additionalProperties: false },
);
const debugLogBytes = 8 * 1024;
const maxMessages = 20;

export const getJobLogs = (deps: RouteDeps) =>
  defineRoute({
    method: 'GET',
    path: '/v1/jobs/:id/logs',
    operationId: 'getJobLogs',
    summary: 'The last lines that a job wrote, also after its end',
    tag: jobTag,
    access: { scope: 'jobs:read' },
    audit: { when: 'with', action: 'job.logs', resource: 'job:{id}' },
    effect: 'read',
    schema: { params: JobParams, query: Query, responses: { 200: JobLogs } },
    errors: ['not_found', 'not_owner', 'upstream_unavailable'],
    handler: async ({ params, query }, ctx) => {
      const row = await ownedJob(ctx, params.id);
      const { rank = 0, tail_bytes: tailBytes = 65_536 } = query;
      return ok({ job_id: row.id, rank, ...(await logOf(deps.runtime, ctx.db, row, { rank, tailBytes })) });
    },
  });

const asked = async <T>(work: Promise<T>, otherwise: T): Promise<T> => work.catch(() => otherwise);

export const debugJob = (deps: RouteDeps) =>
  defineRoute({
    method: 'GET',
    path: '/v1/jobs/:id/debug',
    operationId: 'debugJob',
    summary: 'Everything that is known about a job, for somebody who asks why it does not work',
    tag: jobTag,
    access: { scope: 'jobs:read' },
    audit: { when: 'with', action: 'job.debug', resource: 'job:{id}' },
    effect: 'read',
    schema: { params: JobParams, responses: { 200: JobDebug } },
    errors: ['not_found', 'not_owner'],
    handler: async ({ params }, ctx) => {
      const row = await ownedJob(ctx, params.id);
      const job = await detailOf(deps, ctx, row);
      const ref = refOf(row);
      const log = await asked(logOf(deps.runtime, ctx.db, row, { rank: 0, tailBytes: debugLogBytes }), noLog);
      const workload =
        row.released_at === null
          ? await asked(deps.runtime.describe(ref), { problem: 'The runtime does not answer' })
          : null;
      return ok({
        job,
        runtime: deps.runtime.name,
        workload,
        messages: job.history.slice(-maxMessages).map(({ at, message }) => `${at} ${message}`),
        logs: log.text,
      });
    },
  });
