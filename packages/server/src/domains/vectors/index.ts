import {
  pageOf,
  VectorDelete,
  VectorMatches,
  VectorNamespace,
  VectorNamespaceName,
  VectorNamespacesQuery,
  VectorQuery,
  VectorUpsert,
  VectorUpserted,
  type ErrorCode,
} from '@gpushield/contracts';
import { Type } from 'typebox';
import { AppError } from '../../platform/errors.ts';
import { paginate } from '../../platform/http/page.ts';
import { defineRoute, noContent, ok, transactionOf, type Route } from '../../platform/http/route.ts';
import { callErrors } from '../inference/index.ts';
import type { VectorsDeps } from './deps.ts';
import { createPgvectorCheck, findVectors } from './find-vectors.ts';
import { putVectors } from './put-vectors.ts';
import { deleteItems, deleteNamespace, listNamespaces, type NamespaceRow } from './store.ts';

export type { Embed } from './deps.ts';

const tag = 'Vectors';
const params = Type.Object({ namespace: VectorNamespaceName });
const resource = 'vectors:{namespace}';
/** 256 vectors of 4,096 numbers of some twenty characters. */
const upsertBodyBytes = 24 * 1024 * 1024;

/** What making vectors of texts may be answered with, beside what the routes themselves refuse. */
const embedErrors: readonly ErrorCode[] = ['not_found', 'conflict', ...callErrors];

const list = (deps: VectorsDeps): Route =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/vectors',
    operationId: 'listVectorNamespaces',
    summary: 'The caller’s namespaces of vectors, by name',
    tag,
    access: { scope: 'vectors:read' },
    audit: { when: 'with', action: 'vectors.list', resource: 'vectors' },
    effect: 'read',
    schema: { query: VectorNamespacesQuery, responses: { 200: pageOf(VectorNamespace) } },
    errors: ['invalid_cursor'],
    handler: async ({ query }, ctx) =>
      ok(
        await paginate({
          codec: deps.cursors,
          list: 'vector-namespaces',
          request: query,
          filters: { owner: ctx.principal.id },
          fetch: (limit, after) => listNamespaces(ctx.db, ctx.principal.id, limit, after?.id),
          position: (row: NamespaceRow) => ({ sort: row.name, id: row.name }),
          present: ({ name, created_at: createdAt, vectors, ...rest }) => ({
            ...rest,
            namespace: name,
            vectors: Number(vectors),
            created_at: createdAt.toISOString(),
          }),
        }),
      ),
  });

const upsert = (deps: VectorsDeps): Route =>
  defineRoute({
    method: 'POST',
    path: '/api/v1/vectors/:namespace/upsert',
    operationId: 'upsertVectors',
    summary: 'Puts vectors, or texts that the gateway makes vectors of',
    tag,
    access: { scope: 'vectors:write' },
    audit: { when: 'before', action: 'vectors.upsert', resource },
    effect: 'own',
    bodyLimitBytes: upsertBodyBytes,
    schema: { params, body: VectorUpsert, responses: { 200: VectorUpserted } },
    errors: embedErrors,
    handler: async (input, ctx) => ok(await putVectors(deps, input.params.namespace, input.body, ctx)),
  });

const query = (deps: VectorsDeps): Route => {
  const searching = { ...deps, pgvector: createPgvectorCheck(deps) };
  return defineRoute({
    method: 'POST',
    path: '/api/v1/vectors/:namespace/query',
    operationId: 'queryVectors',
    summary: 'The nearest vectors of a namespace of the caller’s',
    tag,
    access: { scope: 'vectors:read' },
    audit: { when: 'with', action: 'vectors.query', resource },
    effect: 'own',
    bodyLimitBytes: 256 * 1024,
    schema: { params, body: VectorQuery, responses: { 200: VectorMatches } },
    errors: embedErrors,
    handler: async (input, ctx) => ok(await findVectors(searching, input.params.namespace, input.body, ctx)),
  });
};

const remove = (): Route =>
  defineRoute({
    method: 'POST',
    path: '/api/v1/vectors/:namespace/delete',
    operationId: 'deleteVectors',
    summary: 'Deletes vectors by id',
    tag,
    access: { scope: 'vectors:write' },
    audit: { when: 'before', action: 'vectors.delete', resource },
    effect: 'transaction',
    bodyLimitBytes: 512 * 1024,
    schema: { params, body: VectorDelete, responses: { 200: Type.Object({ deleted: Type.Integer() }) } },
    handler: async (input, ctx) => {
      const { namespace } = input.params;
      return ok({
        deleted: await deleteItems(transactionOf(ctx), ctx.principal.id, namespace, input.body.ids),
      });
    },
  });

const drop = (): Route =>
  defineRoute({
    method: 'DELETE',
    path: '/api/v1/vectors/:namespace',
    operationId: 'deleteVectorNamespace',
    summary: 'Deletes a namespace of the caller’s with all its vectors',
    tag,
    access: { scope: 'vectors:write' },
    audit: { when: 'before', action: 'vectors.drop', resource },
    effect: 'transaction',
    schema: { params, responses: { 204: null } },
    errors: ['not_found'],
    handler: async (input, ctx) => {
      if (await deleteNamespace(transactionOf(ctx), ctx.principal.id, input.params.namespace))
        return noContent();
      throw new AppError('not_found', { detail: `There is no namespace ${input.params.namespace}` });
    },
  });

/** Vectors in namespaces that belong to one user each: nobody can name another's. */
export const createVectorsDomain = (deps: VectorsDeps): { readonly routes: readonly Route[] } => ({
  routes: [list(deps), upsert(deps), query(deps), remove(), drop()],
});
