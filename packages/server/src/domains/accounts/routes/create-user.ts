import { CreateUser, User } from '@gpushield/contracts';
import type { Clock } from '../../../platform/clock.ts';
import { AppError } from '../../../platform/errors.ts';
import { created, defineRoute } from '../../../platform/http/route.ts';
import type { Argon2Pool, IsBreached } from '../../../platform/identity/index.ts';
import { requireMayGrant } from '../decisions.ts';
import { presentUser } from '../present.ts';
import { requireStrong } from '../require-strong.ts';
import { insertUser } from '../user-store.ts';

export interface CreateUserDeps {
  readonly clock: Clock;
  readonly newId: () => string;
  readonly argon2: Argon2Pool;
  readonly isBreached?: IsBreached | undefined;
}

/**
 * `effect: 'own'`: a transaction that waited for the password pool would hold a connection meanwhile. One statement
 * writes the user, and its unique name keeps a repeated request from making two.
 */
export const createUser = (deps: CreateUserDeps) =>
  defineRoute({
    method: 'POST',
    path: '/api/v1/users',
    operationId: 'createUser',
    summary: 'Create a user',
    tag: 'Users',
    access: { scope: 'users:write' },
    audit: { when: 'before', action: 'user.create' },
    effect: 'own',
    schema: { body: CreateUser, responses: { 201: User } },
    errors: ['already_exists', 'weak_password', 'overloaded'],
    handler: async ({ body }, ctx) => {
      requireMayGrant(ctx.principal, body.roles);
      await requireStrong(body.password, body.username, deps.isBreached);
      const passwordHash = await deps.argon2.hash(body.password);
      const user = await insertUser(ctx.db, {
        id: deps.newId(),
        username: body.username,
        email: body.email ?? null,
        passwordHash,
        roles: body.roles,
        at: new Date(deps.clock.nowMs()),
      });
      if (user === undefined) {
        throw new AppError('already_exists', { detail: `There is a user ${body.username} already` });
      }
      await ctx.audit({
        action: 'user.created',
        resource: `user:${user.id}`,
        details: { roles: body.roles.join(' ') },
      });
      return created(presentUser(user), `/api/v1/users/${user.id}`);
    },
  });
