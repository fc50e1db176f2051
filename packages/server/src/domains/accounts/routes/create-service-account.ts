import { CreateServiceAccount, ServiceAccount } from '@gpushield/contracts';
import type { Clock } from '../../../platform/clock.ts';
import { AppError } from '../../../platform/errors.ts';
import { created, defineRoute, transactionOf } from '../../../platform/http/route.ts';
import { requireMayGrant } from '../decisions.ts';
import { presentAccount } from '../present.ts';
import { insertUser } from '../user-store.ts';

export const createServiceAccount = (deps: { readonly clock: Clock; readonly newId: () => string }) =>
  defineRoute({
    method: 'POST',
    path: '/api/v1/service-accounts',
    operationId: 'createServiceAccount',
    summary: 'Create a service account: a user that asks with client secrets, keys or certificates',
    tag: 'Service accounts',
    access: { scope: 'users:write' },
    audit: { when: 'before', action: 'service_account.create' },
    effect: 'transaction',
    schema: { body: CreateServiceAccount, responses: { 201: ServiceAccount } },
    errors: ['already_exists'],
    handler: async ({ body }, ctx) => {
      requireMayGrant(ctx.principal, body.roles);
      const account = await insertUser(transactionOf(ctx), {
        id: deps.newId(),
        username: body.username,
        email: null,
        passwordHash: null,
        roles: body.roles,
        description: body.description ?? '',
        at: new Date(deps.clock.nowMs()),
      });
      if (account === undefined) {
        throw new AppError('already_exists', { detail: `There is a user ${body.username} already` });
      }
      await ctx.audit({
        action: 'service_account.created',
        resource: `user:${account.id}`,
        details: { roles: body.roles.join(' ') },
      });
      return created(presentAccount(account), `/api/v1/service-accounts/${account.id}`);
    },
  });
