import { ServiceAccount } from '@gpushield/contracts';
import { defineRoute, ok } from '../../../platform/http/route.ts';
import { requireAccount } from '../owned-account.ts';
import { presentAccount } from '../present.ts';
import { IdParams } from '../schemas.ts';

export const getServiceAccount = () =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/service-accounts/:id',
    operationId: 'getServiceAccount',
    summary: 'One service account',
    tag: 'Service accounts',
    access: { scope: 'users:read' },
    audit: { when: 'with', action: 'service_account.read', resource: 'user:{id}' },
    effect: 'read',
    schema: { params: IdParams, responses: { 200: ServiceAccount } },
    errors: ['not_found'],
    handler: async ({ params }, ctx) => ok(presentAccount(await requireAccount(ctx.db, params.id))),
  });
