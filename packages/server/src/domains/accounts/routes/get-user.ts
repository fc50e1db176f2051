import { User } from '@gpushield/contracts';
import { AppError } from '../../../platform/errors.ts';
import { defineRoute, ok } from '../../../platform/http/route.ts';
import { presentUser } from '../present.ts';
import { IdParams } from '../schemas.ts';
import { findUser } from '../user-store.ts';

export const getUser = () =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/users/:id',
    operationId: 'getUser',
    summary: 'One user',
    tag: 'Users',
    access: { scope: 'users:read' },
    audit: { when: 'with', action: 'user.read', resource: 'user:{id}' },
    effect: 'read',
    schema: { params: IdParams, responses: { 200: User } },
    errors: ['not_found'],
    handler: async ({ params }, ctx) => {
      const user = await findUser(ctx.db, params.id);
      if (user === undefined) throw new AppError('not_found', { detail: `There is no user ${params.id}` });
      return ok(presentUser(user));
    },
  });
