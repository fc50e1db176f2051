import { PageQuery, User, pageOf } from '@gpushield/contracts';
import { Type } from 'typebox';
import type { CursorCodec } from '../../../platform/http/cursor.ts';
import { paginate } from '../../../platform/http/page.ts';
import { defineRoute, ok } from '../../../platform/http/route.ts';
import { newestFirst, presentUser } from '../present.ts';
import { listUsers as selectUsers } from '../user-store.ts';

export const listUsers = (deps: { readonly cursors: CursorCodec }) =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/users',
    operationId: 'listUsers',
    summary: 'List users, newest first',
    tag: 'Users',
    access: { scope: 'users:read' },
    audit: { when: 'with', action: 'user.list' },
    effect: 'read',
    schema: {
      query: Type.Object({ ...PageQuery }, { additionalProperties: false }),
      responses: { 200: pageOf(User) },
    },
    errors: ['invalid_cursor'],
    handler: async ({ query }, ctx) =>
      ok(
        await paginate({
          codec: deps.cursors,
          list: 'users',
          request: query,
          filters: {},
          fetch: (limit, after) => selectUsers(ctx.db, limit, after),
          position: newestFirst,
          present: presentUser,
        }),
      ),
  });
