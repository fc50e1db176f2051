import { AccountCertificate, PageQuery, pageOf } from '@gpushield/contracts';
import { Type } from 'typebox';
import type { CursorCodec } from '../../../platform/http/cursor.ts';
import { paginate } from '../../../platform/http/page.ts';
import { defineRoute, ok } from '../../../platform/http/route.ts';
import { listCertificates as selectCertificates } from '../certificate-store.ts';
import { requireAccount } from '../owned-account.ts';
import { newestFirst, presentCertificate } from '../present.ts';
import { IdParams } from '../schemas.ts';

export const listCertificates = (deps: { readonly cursors: CursorCodec }) =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/service-accounts/:id/certificates',
    operationId: 'listCertificates',
    summary: 'Which client certificates speak for a service account, newest first',
    tag: 'Service accounts',
    access: { scope: 'users:read' },
    audit: { when: 'with', action: 'certificate.list', resource: 'user:{id}' },
    effect: 'read',
    schema: {
      params: IdParams,
      query: Type.Object({ ...PageQuery }, { additionalProperties: false }),
      responses: { 200: pageOf(AccountCertificate) },
    },
    errors: ['not_found', 'invalid_cursor'],
    handler: async ({ params, query }, ctx) => {
      await requireAccount(ctx.db, params.id);
      const page = await paginate({
        codec: deps.cursors,
        list: 'certificates',
        request: query,
        filters: { userId: params.id },
        fetch: (limit, after) => selectCertificates(ctx.db, params.id, limit, after),
        position: newestFirst,
        present: presentCertificate,
      });
      return ok(page);
    },
  });
