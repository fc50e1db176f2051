import { AddJobUser, JobAction } from '@gpushield/contracts';
import { AppError } from '../../../platform/errors.ts';
import { defineRoute, ok, transactionOf } from '../../../platform/http/route.ts';
import { requested, requireOpen } from '../act-on-job.ts';
import type { RouteDeps } from '../deps.ts';
import { lockedJob } from '../owned-job.ts';
import type { ExtraUser } from '../types.ts';
import { JobParams, jobTag } from './job-params.ts';

/** A job is shared by a team, not by a company. */
const maxExtraUsers = 20;

export const addJobUser = (deps: RouteDeps) =>
  defineRoute({
    method: 'POST',
    path: '/v1/jobs/:id/users',
    operationId: 'addJobUser',
    summary: 'Let another person log in: by their keys at GitHub, or by keys that are given',
    tag: jobTag,
    access: { scope: 'jobs:write' },
    audit: { when: 'before', action: 'job.user.add', resource: 'job:{id}' },
    effect: 'transaction',
    bodyLimitBytes: 256 * 1024,
    schema: { params: JobParams, body: AddJobUser, responses: { 200: JobAction } },
    errors: ['not_found', 'not_owner', 'invalid_transition', 'conflict'],
    handler: async ({ params, body }, ctx) => {
      const tx = transactionOf(ctx);
      const row = await lockedJob(ctx, params.id);
      requireOpen(row);
      if (body.github_username === undefined && body.ssh_keys === undefined)
        throw new AppError('validation_failed', { detail: 'Give github_username, ssh_keys or both' });
      const added: ExtraUser = {
        name: body.username ?? body.github_username ?? 'guest',
        githubUser: body.github_username ?? null,
        sshKeys: body.ssh_keys ?? [],
      };
      const others = row.extra_users.filter(({ name }) => name !== added.name);
      if (others.length >= maxExtraUsers)
        throw new AppError('conflict', { detail: `A job has at most ${maxExtraUsers} further users` });
      await tx.query('UPDATE jobs SET extra_users = $2 WHERE id = $1', [
        row.id,
        JSON.stringify([...others, added]),
      ]);
      const message = `Keys of ${added.name} are being added`;
      return ok(
        await requested(deps, tx, row, 'add_user', { message, kind: 'user', userId: ctx.principal.id }),
      );
    },
  });
