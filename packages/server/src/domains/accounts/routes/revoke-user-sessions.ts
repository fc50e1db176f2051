import type { Clock } from '../../../platform/clock.ts';
import type { Tx } from '../../../platform/database/types.ts';
import { AppError } from '../../../platform/errors.ts';
import { defineRoute, noContent, transactionOf } from '../../../platform/http/route.ts';
import type { Principal } from '../../../platform/identity/index.ts';
import { requireMayGrant } from '../decisions.ts';
import { IdParams, SessionParams } from '../schemas.ts';
import { revokeSession, revokeSessionsOf } from '../session-store.ts';
import { lockUser, rolesOf } from '../user-store.ts';

/** The lock also makes a login at the same time wait. Errors: `not_found`, `insufficient_scope`. */
const lockChangeable = async (tx: Tx, id: string, principal: Principal): Promise<void> => {
  const user = await lockUser(tx, id);
  if (user === undefined) throw new AppError('not_found', { detail: `There is no user ${id}` });
  requireMayGrant(principal, rolesOf(user));
};

const common = {
  method: 'DELETE',
  tag: 'Users',
  access: { scope: 'users:write' },
  effect: 'transaction',
  errors: ['not_found'],
} as const;

export const revokeUserSessions = (deps: { readonly clock: Clock }) =>
  defineRoute({
    ...common,
    path: '/api/v1/users/:id/sessions',
    operationId: 'revokeUserSessions',
    summary: 'End all sessions of a user on every replica',
    audit: { when: 'before', action: 'session.revoke_all', resource: 'user:{id}' },
    schema: { params: IdParams, responses: { 204: null } },
    handler: async ({ params }, ctx) => {
      const tx = transactionOf(ctx);
      await lockChangeable(tx, params.id, ctx.principal);
      await revokeSessionsOf(tx, params.id, new Date(deps.clock.nowMs()));
      return noContent();
    },
  });

export const revokeUserSession = (deps: { readonly clock: Clock }) =>
  defineRoute({
    ...common,
    path: '/api/v1/users/:id/sessions/:session_id',
    operationId: 'revokeUserSession',
    summary: 'End one session of a user on every replica',
    audit: { when: 'before', action: 'session.revoke', resource: 'session:{session_id}' },
    schema: { params: SessionParams, responses: { 204: null } },
    handler: async ({ params }, ctx) => {
      const tx = transactionOf(ctx);
      await lockChangeable(tx, params.id, ctx.principal);
      const at = new Date(deps.clock.nowMs());
      if (!(await revokeSession(tx, params.session_id, at, params.id))) {
        throw new AppError('not_found', { detail: `There is no open session ${params.session_id}` });
      }
      return noContent();
    },
  });
