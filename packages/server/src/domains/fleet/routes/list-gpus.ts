import { Gpu, GpuVendor, PageQuery, Uuid, pageOf } from '@gpushield/contracts';
import { Type } from 'typebox';
import type { CursorCodec } from '../../../platform/http/cursor.ts';
import { paginate } from '../../../platform/http/page.ts';
import { defineRoute, ok, type RequestContext } from '../../../platform/http/route.ts';
import { listGpus as selectGpus, presentGpu, type GpuFilter } from '../gpu-store.ts';
import { findNode } from '../node-store.ts';
import { newestFirst } from '../sql.ts';
import { IdParams, notFound, type ListDeps } from './shared.ts';

type Query = GpuFilter & { readonly limit?: number | undefined; readonly cursor?: string | undefined };

const pageOfGpus = (cursors: CursorCodec, ctx: RequestContext, list: string, query: Query) =>
  paginate({
    codec: cursors,
    list,
    request: query,
    filters: query,
    fetch: (limit, after) => selectGpus(ctx.db, query, limit, after),
    position: newestFirst,
    present: presentGpu,
  });

export const listGpus = ({ cursors }: ListDeps) =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/gpus',
    operationId: 'listGpus',
    summary: 'List GPUs, newest first',
    tag: 'GPUs',
    access: { scope: 'nodes:read' },
    audit: { when: 'with', action: 'gpu.list', resource: 'gpus' },
    effect: 'read',
    schema: {
      query: Type.Object({ node_id: Type.Optional(Uuid), vendor: Type.Optional(GpuVendor), ...PageQuery }),
      responses: { 200: pageOf(Gpu) },
    },
    errors: ['invalid_cursor'],
    handler: async ({ query }, ctx) => ok(await pageOfGpus(cursors, ctx, 'gpus', query)),
  });

export const listNodeGpus = ({ cursors }: ListDeps) =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/nodes/:id/gpus',
    operationId: 'listNodeGpus',
    summary: 'List the GPUs of a node, newest first',
    tag: 'GPUs',
    access: { scope: 'nodes:read' },
    audit: { when: 'with', action: 'gpu.list', resource: 'node:{id}' },
    effect: 'read',
    schema: { params: IdParams, query: Type.Object({ ...PageQuery }), responses: { 200: pageOf(Gpu) } },
    errors: ['not_found', 'invalid_cursor'],
    handler: async ({ params: { id }, query }, ctx) => {
      if ((await findNode(ctx.db, id)) === undefined) throw notFound('node', id);
      return ok(await pageOfGpus(cursors, ctx, 'node-gpus', { ...query, node_id: id }));
    },
  });
