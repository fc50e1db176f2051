import { defineRoute, noContent, transactionOf } from '../../../platform/http/route.ts';
import { encodeFleetChange, fleetChannel } from '../channels.ts';
import { deleteNode as removeNode, findNode } from '../node-store.ts';
import { IdParams, notFound } from './shared.ts';

export const deleteNode = () =>
  defineRoute({
    method: 'DELETE',
    path: '/api/v1/nodes/:id',
    operationId: 'deleteNode',
    summary: 'Delete a node with its GPUs and sensors; their telemetry stays until retention',
    tag: 'Nodes',
    // A node that was taken over must not come back with a clean past.
    access: { scope: 'nodes:write', only: 'full' },
    audit: { when: 'before', action: 'node.delete', resource: 'node:{id}' },
    effect: 'transaction',
    schema: { params: IdParams, responses: { 204: null } },
    errors: ['not_found'],
    handler: async ({ params: { id } }, ctx) => {
      const tx = transactionOf(ctx);
      const node = await findNode(tx, id);
      if (node === undefined) throw notFound('node', id);
      ctx.authorize({ ownerId: node.registered_by });
      await removeNode(tx, id);
      await tx.notify(fleetChannel, encodeFleetChange({ kind: 'node', id: node.id }));
      return noContent();
    },
  });
