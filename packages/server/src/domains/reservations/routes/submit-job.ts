import {
  SubmitJob,
  SubmittedJob,
  type StartEstimate,
  type SubmitJob as Submission,
} from '@gpushield/contracts';
import { defineRoute, ok, type RequestContext, type RouteResult } from '../../../platform/http/route.ts';
import type { IdempotencyClaim } from '../../../platform/idempotency/index.ts';
import { makeOpaqueSecret } from '../../../platform/identity/index.ts';
import type { Receipt } from '../../../platform/ingest/index.ts';
import type { ClusterView } from '../cluster-view.ts';
import { decideSubmit, type Demand } from '../decide-submit.ts';
import type { RouteDeps } from '../deps.ts';
import { explain } from '../explain.ts';
import { countWaiting, type NewJob } from '../job-store.ts';
import { freeDisk, type DiskWish } from '../make-disk.ts';
import { envPurpose, jupyterPurpose } from '../processor/deps.ts';
import { refuseBeyondQueue, type NewSubmission } from '../submissions.ts';
import { jobTag } from './job-params.ts';

const bodyLimitBytes = 512 * 1024;

const sealEnv = (deps: RouteDeps, jobId: string, demand: Demand): string | null =>
  Object.keys(demand.env).length === 0
    ? null
    : deps.sealer.seal(JSON.stringify(demand.env), envPurpose(jobId));

/** The job as it is written. */
const jobOf = (
  deps: RouteDeps,
  { principal }: Pick<RequestContext, 'principal'>,
  body: Submission,
  demand: Demand,
): NewJob => {
  const id = deps.newJobId();
  return {
    id,
    userId: principal.id,
    username: principal.name,
    name: demand.name,
    gpuType: demand.type.gpu_type,
    instanceType: demand.type.instance_type,
    gpuCount: demand.gpuCount,
    nodes: demand.nodes,
    units: demand.units,
    durationSeconds: demand.durationSeconds,
    image: body.image ?? null,
    dockerfile: body.dockerfile ?? null,
    command: body.command ?? null,
    envSealed: sealEnv(deps, id, demand),
    diskId: null,
    githubUser: demand.githubUser,
    sshKeys: body.ssh_keys ?? [],
    profile: body.profile ?? 'restricted',
    requireKata: demand.requireKata,
    preserveEntrypoint: demand.preserveEntrypoint,
    jupyterWanted: demand.jupyter,
    jupyterTokenSealed: demand.jupyter
      ? deps.sealer.seal(makeOpaqueSecret(deps.randomBytes), jupyterPurpose(id))
      : null,
    at: new Date(deps.clock.nowMs()),
  };
};

const diskOf = (job: NewJob, { disk_name: name, disk_size_gb: sizeGb }: Submission): DiskWish | undefined =>
  name === undefined || name === null
    ? undefined
    : { userId: job.userId, username: job.username, name, sizeGb: sizeGb ?? undefined, at: job.at };

const askedBy = (demand: Demand, userId: string) => ({
  gpuType: demand.type.gpu_type,
  units: demand.units,
  nodes: demand.nodes,
  gpus: demand.gpus,
  durationMs: demand.durationSeconds * 1000,
  userId,
});

const shownOf = (estimate: StartEstimate) => ({ estimated_start_time: estimate.start_time, estimate });

const operationId = 'submitJob';

const claimOf = ({
  idempotencyKey: key,
  principal,
  payloadHash,
}: RequestContext): IdempotencyClaim | undefined =>
  key === undefined ? undefined : { principalId: principal.id, route: operationId, key, payloadHash };

const resultOf = ({ status, body, replayed }: Receipt): RouteResult =>
  replayed ? { status, body, headers: { 'idempotency-replayed': 'true' } } : { status, body };

/** What was decided of a request, by which view of the cluster. */
interface Decided {
  readonly view: ClusterView;
  readonly demand: Demand;
  readonly asked: ReturnType<typeof askedBy>;
  readonly maxQueued: number | null;
  readonly notes: string;
}

const decide = async (deps: RouteDeps, ctx: RequestContext, body: Submission): Promise<Decided> => {
  const view = await deps.views.current();
  const allowance = view.quotas.ofUser(ctx.principal.name);
  const demand = decideSubmit(body, { view, allowance, limits: deps.limits, runtime: deps.runtime });
  return {
    view,
    demand,
    asked: askedBy(demand, ctx.principal.id),
    maxQueued: allowance.maxQueued,
    notes: demand.notes.length === 0 ? '' : `. ${demand.notes.join('. ')}`,
  };
};

const dryRun = async (
  ctx: RequestContext,
  { view, asked, maxQueued, notes }: Decided,
  diskName: string | null | undefined,
): Promise<RouteResult> => {
  if (diskName !== undefined && diskName !== null)
    await freeDisk(ctx.db, { userId: ctx.principal.id, name: diskName });
  if (maxQueued !== null) refuseBeyondQueue(maxQueued, await countWaiting(ctx.db, ctx.principal.id), 1);
  const estimate = explain(view, asked, view.forecast().ofNewcomer(asked));
  return ok({
    job_id: null,
    status: 'dry_run',
    message: `Nothing was submitted${notes}`,
    ...shownOf(estimate),
  });
};

/** The submission as it is handed to those of the same moment. */
const submissionOf = (
  deps: RouteDeps,
  { view, asked, maxQueued, notes }: Decided,
  { job, disk }: Pick<NewSubmission, 'job' | 'disk'>,
) => {
  const item: NewSubmission = { job, disk, maxQueued };
  let estimate: StartEstimate | undefined;
  return {
    item,
    rows: 1,
    answer: { status: 200, body: null },
    answerAfter: () => {
      // Asked when it is written, one after the other: of two at the same time, one comes first.
      estimate ??= explain(view, asked, deps.views.enter(view, { ...asked, jobId: job.id }));
      const message = `Job submitted successfully to queue (message ID: ${item.messageId ?? ''})${notes}`;
      return { status: 200, body: { job_id: job.id, status: 'queued', message, ...shownOf(estimate) } };
    },
  };
};

/** POST /v1/jobs/submit: seed 2's request; row, message and first answer are one transaction, shared with others'. */
export const submitJob = (deps: RouteDeps) =>
  defineRoute({
    method: 'POST',
    path: '/v1/jobs/submit',
    operationId,
    summary: 'Ask for GPUs; refused at once where no waiting would bring them. dry_run only answers when',
    tag: jobTag,
    access: { scope: 'jobs:write' },
    audit: { when: 'before', action: 'job.submit' },
    effect: 'own',
    bodyLimitBytes,
    schema: { body: SubmitJob, responses: { 200: SubmittedJob } },
    errors: [
      'reservation_impossible',
      'quota_exceeded',
      'disk_in_use',
      'conflict',
      'overloaded',
      'storage_full',
      'idempotency_key_reused',
    ],
    handler: async ({ body }, ctx) => {
      const idempotency = claimOf(ctx);
      const earlier = idempotency === undefined ? undefined : await deps.submissions.findReceipt(idempotency);
      if (earlier !== undefined) return resultOf(earlier);
      const decided = await decide(deps, ctx, body);
      if (body.dry_run === true) return dryRun(ctx, decided, body.disk_name);
      const job = jobOf(deps, ctx, body, decided.demand);
      if (job.profile === 'profiling')
        await ctx.audit({
          action: 'job.profiling',
          resource: `job:${job.id}`,
          details: { gpu_type: job.gpuType, gpus: decided.demand.gpus },
        });
      const submission = submissionOf(deps, decided, { job, disk: diskOf(job, body) });
      return resultOf(await deps.submissions.submit({ ...submission, idempotency }));
    },
  });
