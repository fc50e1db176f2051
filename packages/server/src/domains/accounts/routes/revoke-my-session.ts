import type { Clock } from '../../../platform/clock.ts';
import { AppError } from '../../../platform/errors.ts';
import { defineRoute, noContent, transactionOf } from '../../../platform/http/route.ts';
import { sessionOf } from '../decisions.ts';
import { IdParams } from '../schemas.ts';
import { revokeSession } from '../session-store.ts';

export const revokeMySession = (deps: { readonly clock: Clock }) =>
  defineRoute({
    method: 'DELETE',
    path: '/api/v1/me/sessions/:id',
    operationId: 'revokeMySession',
    summary: "End one of one's own sessions on every replica",
    tag: 'Me',
    access: { scope: 'self', only: 'login' },
    audit: { when: 'before', action: 'session.revoke', resource: 'session:{id}' },
    effect: 'transaction',
    schema: { params: IdParams, responses: { 204: null } },
    errors: ['not_found'],
    handler: async ({ params }, ctx) => {
      const { userId } = sessionOf(ctx.principal);
      const revoked = await revokeSession(
        transactionOf(ctx),
        params.id,
        new Date(deps.clock.nowMs()),
        userId,
      );
      if (!revoked) throw new AppError('not_found', { detail: `You have no open session ${params.id}` });
      return noContent();
    },
  });
