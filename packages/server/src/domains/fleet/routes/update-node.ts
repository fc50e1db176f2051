import { Node, UpdateNode } from '@gpushield/contracts';
import { defineRoute, ok, transactionOf } from '../../../platform/http/route.ts';
import { findNode, presentNode, updateNode as writeNode } from '../node-store.ts';
import { IdParams, notFound, written } from './shared.ts';

export const updateNode = () =>
  defineRoute({
    method: 'PATCH',
    path: '/api/v1/nodes/:id',
    operationId: 'updateNode',
    summary: 'Change the facts of a node',
    tag: 'Nodes',
    access: { scope: 'nodes:write' },
    audit: { when: 'before', action: 'node.update', resource: 'node:{id}' },
    effect: 'transaction',
    schema: { params: IdParams, body: UpdateNode, responses: { 200: Node } },
    errors: ['not_found'],
    handler: async ({ params: { id }, body }, ctx) => {
      const tx = transactionOf(ctx);
      const node = await findNode(tx, id);
      if (node === undefined) throw notFound('node', id);
      ctx.authorize({ ownerId: node.registered_by });
      await writeNode(tx, id, body);
      return ok(presentNode(written(await findNode(tx, id), `Node ${id}`)));
    },
  });
