import { PageQuery, pageOf } from '@gpushield/contracts';
import { Type } from 'typebox';
import type { Clock } from '../../../platform/clock.ts';
import type { CursorCodec } from '../../../platform/http/cursor.ts';
import { paginate } from '../../../platform/http/page.ts';
import { defineRoute, ok } from '../../../platform/http/route.ts';
import { sessionOf } from '../decisions.ts';
import { newestFirst, presentSession } from '../present.ts';
import { Session } from '../schemas.ts';
import { listSessions } from '../session-store.ts';

export const listMySessions = (deps: { readonly clock: Clock; readonly cursors: CursorCodec }) =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/me/sessions',
    operationId: 'listMySessions',
    summary: "One's own open sessions, newest first",
    tag: 'Me',
    access: { scope: 'self', only: 'login' },
    audit: { when: 'with', action: 'session.list' },
    effect: 'read',
    schema: {
      query: Type.Object({ ...PageQuery }, { additionalProperties: false }),
      responses: { 200: pageOf(Session) },
    },
    errors: ['invalid_cursor'],
    handler: async ({ query }, ctx) => {
      const { userId, sessionId } = sessionOf(ctx.principal);
      const page = await paginate({
        codec: deps.cursors,
        list: 'my-sessions',
        request: query,
        filters: { userId },
        fetch: (limit, after) => listSessions(ctx.db, userId, new Date(deps.clock.nowMs()), limit, after),
        position: newestFirst,
        present: (row) => presentSession(row, sessionId),
      });
      return ok(page);
    },
  });
