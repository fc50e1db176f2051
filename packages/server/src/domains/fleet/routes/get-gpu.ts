import { Gpu } from '@gpushield/contracts';
import { defineRoute, ok } from '../../../platform/http/route.ts';
import { findGpu, presentGpu } from '../gpu-store.ts';
import { IdParams, notFound } from './shared.ts';

export const getGpu = () =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/gpus/:id',
    operationId: 'getGpu',
    summary: 'Read a GPU',
    tag: 'GPUs',
    access: { scope: 'nodes:read' },
    audit: { when: 'with', action: 'gpu.read', resource: 'gpu:{id}' },
    effect: 'read',
    schema: { params: IdParams, responses: { 200: Gpu } },
    errors: ['not_found'],
    handler: async ({ params: { id } }, ctx) => {
      const gpu = await findGpu(ctx.db, id);
      if (gpu === undefined) throw notFound('GPU', id);
      return ok(presentGpu(gpu));
    },
  });
