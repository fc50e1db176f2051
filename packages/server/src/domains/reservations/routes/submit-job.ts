import { SubmitJob, SubmittedJob, type SubmitJob as Submission } from '@gpushield/contracts';
import type { Executor } from '../../../platform/database/types.ts';
import { AppError } from '../../../platform/errors.ts';
import { defineRoute, ok, transactionOf, type RequestContext } from '../../../platform/http/route.ts';
import { makeOpaqueSecret } from '../../../platform/identity/index.ts';
import type { ClusterView } from '../cluster-view.ts';
import { decideSubmit, type Demand } from '../decide-submit.ts';
import type { RouteDeps } from '../deps.ts';
import { takeDisk } from '../disk-store.ts';
import { explain } from '../explain.ts';
import { countWaiting, insertJob } from '../job-store.ts';
import { diskForJob } from '../make-disk.ts';
import { envPurpose, jupyterPurpose, messageOf } from '../processor/deps.ts';
import { jobTag } from './job-params.ts';

const bodyLimitBytes = 512 * 1024;

const sealEnv = (deps: RouteDeps, jobId: string, demand: Demand): string | null =>
  Object.keys(demand.env).length === 0
    ? null
    : deps.sealer.seal(JSON.stringify(demand.env), envPurpose(jobId));

/** Writes the job. Its disk is made where the user has none of that name, and is the job's from now on. */
const write = async (
  deps: RouteDeps,
  ctx: RequestContext,
  tx: Executor,
  body: Submission,
  demand: Demand,
): Promise<{ jobId: string; messageId: string }> => {
  const jobId = deps.newJobId();
  const at = new Date(deps.clock.nowMs());
  const { principal } = ctx;
  const owner = { userId: principal.id, username: principal.name };
  const disk =
    body.disk_name === undefined || body.disk_name === null
      ? undefined
      : await diskForJob(deps, tx, {
          ...owner,
          name: body.disk_name,
          sizeGb: body.disk_size_gb ?? undefined,
          at,
        });
  const job = {
    id: jobId,
    ...owner,
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
    envSealed: sealEnv(deps, jobId, demand),
    diskId: disk ?? null,
    githubUser: demand.githubUser,
    sshKeys: body.ssh_keys ?? [],
    profile: body.profile ?? ('restricted' as const),
    requireKata: demand.requireKata,
    preserveEntrypoint: demand.preserveEntrypoint,
    jupyterWanted: demand.jupyter,
    jupyterTokenSealed: demand.jupyter
      ? deps.sealer.seal(makeOpaqueSecret(deps.randomBytes), jupyterPurpose(jobId))
      : null,
    at,
  };
  const message = messageOf('create_reservation', { job_id: jobId }, principal.id, at);
  const messageId = await insertJob(tx, job, deps.queueName, message);
  if (disk !== undefined && !(await takeDisk(tx, disk, jobId)))
    throw new AppError('disk_in_use', {
      detail: `Another job has the disk ${body.disk_name ?? ''}, or it is being copied`,
    });
  return { jobId, messageId };
};

const estimateFor = (view: ClusterView, demand: Demand, userId: string) => {
  const asked = {
    gpuType: demand.type.gpu_type,
    units: demand.units,
    nodes: demand.nodes,
    gpus: demand.gpus,
    durationMs: demand.durationSeconds * 1000,
    userId,
  };
  return explain(view, asked, view.forecast().ofNewcomer(asked));
};

/** POST /v1/jobs/submit: seed 2's request; row and message are one statement. */
export const submitJob = (deps: RouteDeps) =>
  defineRoute({
    method: 'POST',
    path: '/v1/jobs/submit',
    operationId: 'submitJob',
    summary: 'Ask for GPUs; refused at once where no waiting would bring them. dry_run only answers when',
    tag: jobTag,
    access: { scope: 'jobs:write' },
    audit: { when: 'before', action: 'job.submit' },
    effect: 'transaction',
    bodyLimitBytes,
    schema: { body: SubmitJob, responses: { 200: SubmittedJob } },
    errors: ['reservation_impossible', 'quota_exceeded', 'disk_in_use', 'conflict'],
    handler: async ({ body }, ctx) => {
      const tx = transactionOf(ctx);
      const view = await deps.views.current();
      const allowance = view.quotas.ofUser(ctx.principal.name);
      const demand = decideSubmit(body, {
        view,
        allowance,
        limits: deps.limits,
        runtime: deps.runtime,
        waiting: allowance.maxQueued === null ? 0 : await countWaiting(tx, ctx.principal.id),
      });
      const estimate = estimateFor(view, demand, ctx.principal.id);
      const shown = { estimated_start_time: estimate.start_time, estimate };
      const notes = demand.notes.length === 0 ? '' : `. ${demand.notes.join('. ')}`;
      if (body.dry_run === true)
        return ok({ job_id: null, status: 'dry_run', message: `Nothing was submitted${notes}`, ...shown });
      const { jobId, messageId } = await write(deps, ctx, tx, body, demand);
      return ok({
        job_id: jobId,
        status: 'queued',
        message: `Job submitted successfully to queue (message ID: ${messageId})${notes}`,
        ...shown,
      });
    },
  });
