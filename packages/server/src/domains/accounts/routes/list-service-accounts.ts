import { PageQuery, ServiceAccount, pageOf } from '@gpushield/contracts';
import { Type } from 'typebox';
import type { CursorCodec } from '../../../platform/http/cursor.ts';
import { paginate } from '../../../platform/http/page.ts';
import { defineRoute, ok } from '../../../platform/http/route.ts';
import { newestFirst, presentAccount } from '../present.ts';
import { listServiceAccounts as selectAccounts } from '../service-account-store.ts';

export const listServiceAccounts = (deps: { readonly cursors: CursorCodec }) =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/service-accounts',
    operationId: 'listServiceAccounts',
    summary: 'Service accounts, newest first',
    tag: 'Service accounts',
    access: { scope: 'users:read' },
    audit: { when: 'with', action: 'service_account.list' },
    effect: 'read',
    schema: {
      query: Type.Object({ ...PageQuery }, { additionalProperties: false }),
      responses: { 200: pageOf(ServiceAccount) },
    },
    errors: ['invalid_cursor'],
    handler: async ({ query }, ctx) => {
      const page = await paginate({
        codec: deps.cursors,
        list: 'service-accounts',
        request: query,
        filters: {},
        fetch: (limit, after) => selectAccounts(ctx.db, limit, after),
        position: newestFirst,
        present: presentAccount,
      });
      return ok(page);
    },
  });
