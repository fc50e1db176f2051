import { Node } from '@gpushield/contracts';
import { defineRoute, ok } from '../../../platform/http/route.ts';
import { findNode, presentNode } from '../node-store.ts';
import { IdParams, notFound } from './shared.ts';

export const getNode = () =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/nodes/:id',
    operationId: 'getNode',
    summary: 'Read a node',
    tag: 'Nodes',
    access: { scope: 'nodes:read' },
    audit: { when: 'with', action: 'node.read', resource: 'node:{id}' },
    effect: 'read',
    schema: { params: IdParams, responses: { 200: Node } },
    errors: ['not_found'],
    handler: async ({ params: { id } }, ctx) => {
      const node = await findNode(ctx.db, id);
      if (node === undefined) throw notFound('node', id);
      return ok(presentNode(node));
    },
  });
