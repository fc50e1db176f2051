import { PageQuery, pageOf } from '@gpushield/contracts';
import { Type } from 'typebox';
import type { Clock } from '../../../platform/clock.ts';
import { AppError } from '../../../platform/errors.ts';
import type { CursorCodec } from '../../../platform/http/cursor.ts';
import { paginate } from '../../../platform/http/page.ts';
import { defineRoute, ok } from '../../../platform/http/route.ts';
import { newestFirst, presentSession } from '../present.ts';
import { IdParams, Session } from '../schemas.ts';
import { listSessions } from '../session-store.ts';
import { findUser } from '../user-store.ts';

export const listUserSessions = (deps: { readonly clock: Clock; readonly cursors: CursorCodec }) =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/users/:id/sessions',
    operationId: 'listUserSessions',
    summary: "A user's open sessions, newest first",
    tag: 'Users',
    access: { scope: 'users:read' },
    audit: { when: 'with', action: 'session.list', resource: 'user:{id}' },
    effect: 'read',
    schema: {
      params: IdParams,
      query: Type.Object({ ...PageQuery }, { additionalProperties: false }),
      responses: { 200: pageOf(Session) },
    },
    errors: ['not_found', 'invalid_cursor'],
    handler: async ({ params, query }, ctx) => {
      const user = await findUser(ctx.db, params.id);
      if (user === undefined) throw new AppError('not_found', { detail: `There is no user ${params.id}` });
      const now = new Date(deps.clock.nowMs());
      const page = await paginate({
        codec: deps.cursors,
        list: 'user-sessions',
        request: query,
        filters: { userId: user.id },
        fetch: (limit, after) => listSessions(ctx.db, user.id, now, limit, after),
        position: newestFirst,
        present: (row) => presentSession(row, ctx.principal.credentialId),
      });
      return ok(page);
    },
  });
