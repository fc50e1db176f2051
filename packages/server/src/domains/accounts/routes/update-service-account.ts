import { ServiceAccount, UpdateServiceAccount } from '@gpushield/contracts';
import type { Clock } from '../../../platform/clock.ts';
import { AppError } from '../../../platform/errors.ts';
import { defineRoute, ok, transactionOf } from '../../../platform/http/route.ts';
import { lockOwnedAccount } from '../owned-account.ts';
import { presentAccount } from '../present.ts';
import { IdParams } from '../schemas.ts';
import { updateServiceAccount as writeAccount } from '../service-account-store.ts';
import { anotherAdminRemains, rolesOf } from '../user-store.ts';

export const updateServiceAccount = (deps: { readonly clock: Clock }) =>
  defineRoute({
    method: 'PATCH',
    path: '/api/v1/service-accounts/:id',
    operationId: 'updateServiceAccount',
    summary: 'Describe, disable or enable a service account; disabled, all that it asks with is refused',
    tag: 'Service accounts',
    access: { scope: 'users:write' },
    audit: { when: 'before', action: 'service_account.update', resource: 'user:{id}' },
    effect: 'transaction',
    schema: { params: IdParams, body: UpdateServiceAccount, responses: { 200: ServiceAccount } },
    errors: ['not_found', 'conflict'],
    handler: async ({ params, body }, ctx) => {
      const tx = transactionOf(ctx);
      // Admins first, the account then: everyone locks in this order.
      const othersRemain = body.disabled === true ? await anotherAdminRemains(tx, params.id) : true;
      const account = await lockOwnedAccount(tx, params.id, ctx.principal);
      if (!othersRemain && !account.disabled && rolesOf(account).includes('admin')) {
        throw new AppError('conflict', { detail: 'This is the last active administrator' });
      }
      const updated = await writeAccount(tx, params.id, body, new Date(deps.clock.nowMs()));
      return ok(presentAccount(updated ?? account));
    },
  });
