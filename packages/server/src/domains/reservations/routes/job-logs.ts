import { JobDebug, JobLogs } from '@gpushield/contracts';
import { Type } from 'typebox';
import type { Executor } from '../../../platform/database/types.ts';
import { defineRoute, ok } from '../../../platform/http/route.ts';
import type { RouteDeps } from '../deps.ts';
import { keptLog } from '../event-store.ts';
import { ownedJob } from '../owned-job.ts';
import type { JobRow } from '../types.ts';
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

interface Log {
  readonly text: string;
  readonly truncated: boolean;
  readonly kept: boolean;
}

/** What the job wrote: live while it is there, else what was kept. */
const logOf = async (
  deps: RouteDeps,
  db: Executor,
  row: JobRow,
  rank: number,
  tailBytes: number,
): Promise<Log> => {
  const kept = await keptLog(db, row.id, rank);
  if (row.released_at === null && (row.status === 'active' || row.status === 'preparing')) {
    const text = await deps.runtime.logs(refOf(row), { rank, tailBytes });
    return { text, truncated: Buffer.byteLength(text) >= tailBytes, kept: false };
  }
  const text = Buffer.from(kept?.text ?? '')
    .subarray(-tailBytes)
    .toString('utf8');
  return {
    text,
    truncated: kept !== undefined && (kept.truncated || kept.text.length > text.length),
    kept: true,
  };
};

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
      return ok({ job_id: row.id, rank, ...(await logOf(deps, ctx.db, row, rank, tailBytes)) });
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
      const none: Log = { text: '', truncated: false, kept: true };
      const log = await asked(logOf(deps, ctx.db, row, 0, debugLogBytes), none);
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
