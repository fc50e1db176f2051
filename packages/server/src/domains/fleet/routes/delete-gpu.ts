import { defineRoute, noContent, transactionOf } from '../../../platform/http/route.ts';
import { encodeFleetChange, fleetChannel } from '../channels.ts';
import { deleteGpu as removeGpu, findGpu } from '../gpu-store.ts';
import { findNode } from '../node-store.ts';
import { IdParams, notFound, written } from './shared.ts';

export const deleteGpu = () =>
  defineRoute({
    method: 'DELETE',
    path: '/api/v1/gpus/:id',
    operationId: 'deleteGpu',
    summary: 'Delete a GPU; its telemetry stays until retention',
    tag: 'GPUs',
    access: { scope: 'nodes:write' },
    audit: { when: 'before', action: 'gpu.delete', resource: 'gpu:{id}' },
    effect: 'transaction',
    schema: { params: IdParams, responses: { 204: null } },
    errors: ['not_found'],
    handler: async ({ params: { id } }, ctx) => {
      const tx = transactionOf(ctx);
      const gpu = await findGpu(tx, id);
      if (gpu === undefined) throw notFound('GPU', id);
      const node = written(await findNode(tx, gpu.node_id), `Node ${gpu.node_id}`);
      ctx.authorize({ ownerId: node.registered_by });
      await removeGpu(tx, id);
      await tx.notify(fleetChannel, encodeFleetChange({ kind: 'gpu', id: gpu.id }));
      return noContent();
    },
  });
