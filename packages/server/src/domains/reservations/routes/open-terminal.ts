import { terminalProtocol } from '@gpushield/contracts';
import { Type } from 'typebox';
import { AppError } from '../../../platform/errors.ts';
import { defineRoute, ok } from '../../../platform/http/route.ts';
import type { RouteDeps } from '../deps.ts';
import { ownedJob } from '../owned-job.ts';
import { visitHeader } from '../terminal-visits.ts';
import { refOf } from '../workload-ref.ts';
import { JobParams, jobTag } from './job-params.ts';

/**
 * Who may open a terminal of a job. A WebSocket upgrade on this path is decided here first, like any request; without an
 * upgrade the answer says how to ask for one.
 */
export const openTerminalRoute = (deps: RouteDeps) =>
  defineRoute({
    method: 'GET',
    path: '/v1/jobs/:id/terminal',
    operationId: 'openJobTerminal',
    summary:
      'A shell in a job, by WebSocket: send Upgrade: websocket with the subprotocol gpushield.terminal',
    tag: jobTag,
    access: { scope: 'jobs:write' },
    audit: { when: 'before', action: 'job.terminal', resource: 'job:{id}' },
    effect: 'read',
    schema: {
      params: JobParams,
      query: Type.Object({
        rank: Type.Optional(Type.Integer({ minimum: 0, maximum: 63, default: 0 })),
        cols: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 80 })),
        rows: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 24 })),
      }),
      responses: {
        200: Type.Object({ job_id: Type.String(), protocol: Type.String(), rank: Type.Integer() }),
      },
    },
    errors: ['not_found', 'not_owner', 'invalid_transition'],
    handler: async ({ params, query }, ctx) => {
      const row = await ownedJob(ctx, params.id);
      if (row.status !== 'active') {
        throw new AppError('invalid_transition', {
          detail: `The job is ${row.status}; a terminal needs one that is active`,
          remediation: `Wait until it is active: GET /v1/jobs/${row.id} says what it waits for.`,
        });
      }
      const rank = query.rank ?? 0;
      deps.visits.admit(ctx.header(visitHeader), {
        ...refOf(row),
        rank,
        principalId: ctx.principal.id,
        recheck: () => ctx.recheck({ ownerId: row.user_id }),
      });
      return ok({ job_id: row.id, protocol: terminalProtocol, rank });
    },
  });
