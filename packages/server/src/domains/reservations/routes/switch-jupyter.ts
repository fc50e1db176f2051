import { JobAction } from '@gpushield/contracts';
import { Type } from 'typebox';
import { defineRoute, ok, transactionOf } from '../../../platform/http/route.ts';
import { makeOpaqueSecret } from '../../../platform/identity/index.ts';
import { requested, requireOpen } from '../act-on-job.ts';
import type { RouteDeps } from '../deps.ts';
import { lockedJob } from '../owned-job.ts';
import { jupyterPurpose } from '../processor/deps.ts';
import { JobParams, jobTag } from './job-params.ts';

/** A job's Jupyter Lab, on or off. On again: another token. */
const switchJupyter = (deps: RouteDeps, on: boolean) =>
  defineRoute({
    method: 'POST',
    path: `/v1/jobs/:id/jupyter/${on ? 'enable' : 'disable'}`,
    operationId: on ? 'enableJupyter' : 'disableJupyter',
    summary: on ? 'Start Jupyter Lab in a job' : 'Stop Jupyter Lab in a job',
    tag: jobTag,
    access: { scope: 'jobs:write' },
    audit: {
      when: 'before',
      action: on ? 'job.jupyter.enable' : 'job.jupyter.disable',
      resource: 'job:{id}',
    },
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
      const token = makeOpaqueSecret(deps.randomBytes);
      const sealed = on && !row.jupyter_wanted ? deps.sealer.seal(token, jupyterPurpose(row.id)) : null;
      await tx.query(
        `UPDATE jobs SET jupyter_wanted = $2, jupyter_token_sealed = coalesce($3, jupyter_token_sealed) WHERE id = $1`,
        [row.id, on, sealed],
      );
      return ok(
        await requested(deps, tx, row, on ? 'enable_jupyter' : 'disable_jupyter', {
          message: on ? 'Jupyter is being started' : 'Jupyter is being stopped',
          kind: 'jupyter',
          userId: ctx.principal.id,
        }),
      );
    },
  });

export const enableJupyter = (deps: RouteDeps) => switchJupyter(deps, true);
export const disableJupyter = (deps: RouteDeps) => switchJupyter(deps, false);
