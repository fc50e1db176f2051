import { ClientSecret, PageQuery, pageOf } from '@gpushield/contracts';
import { Type } from 'typebox';
import type { CursorCodec } from '../../../platform/http/cursor.ts';
import { paginate } from '../../../platform/http/page.ts';
import { defineRoute, ok } from '../../../platform/http/route.ts';
import { listClientSecrets as selectSecrets } from '../client-secret-store.ts';
import { requireAccount } from '../owned-account.ts';
import { newestFirst, presentSecret } from '../present.ts';
import { IdParams } from '../schemas.ts';

export const listClientSecrets = (deps: { readonly cursors: CursorCodec }) =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/service-accounts/:id/secrets',
    operationId: 'listClientSecrets',
    summary: "A service account's client secrets, newest first; never the secrets themselves",
    tag: 'Service accounts',
    access: { scope: 'keys:admin' },
    audit: { when: 'with', action: 'client_secret.list', resource: 'user:{id}' },
    effect: 'read',
    schema: {
      params: IdParams,
      query: Type.Object({ ...PageQuery }, { additionalProperties: false }),
      responses: { 200: pageOf(ClientSecret) },
    },
    errors: ['not_found', 'invalid_cursor'],
    handler: async ({ params, query }, ctx) => {
      await requireAccount(ctx.db, params.id);
      const page = await paginate({
        codec: deps.cursors,
        list: 'client-secrets',
        request: query,
        filters: { userId: params.id },
        fetch: (limit, after) => selectSecrets(ctx.db, params.id, limit, after),
        position: newestFirst,
        present: presentSecret,
      });
      return ok(page);
    },
  });
