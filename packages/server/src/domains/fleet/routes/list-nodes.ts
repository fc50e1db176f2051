import { Name, Node, PageQuery, pageOf } from '@gpushield/contracts';
import { Type } from 'typebox';
import { paginate } from '../../../platform/http/page.ts';
import { defineRoute, ok } from '../../../platform/http/route.ts';
import { listNodes as selectNodes, presentNode } from '../node-store.ts';
import { newestFirst } from '../sql.ts';
import type { ListDeps } from './shared.ts';

const query = Type.Object({
  cluster_id: Type.Optional(Name),
  status: Type.Optional(Node.properties.status),
  name: Type.Optional(Type.String({ minLength: 1, maxLength: 253, description: 'Prefix of the name' })),
  ...PageQuery,
});

export const listNodes = ({ cursors }: ListDeps) =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/nodes',
    operationId: 'listNodes',
    summary: 'List nodes, newest first',
    tag: 'Nodes',
    access: { scope: 'nodes:read' },
    audit: { when: 'with', action: 'node.list', resource: 'nodes' },
    effect: 'read',
    schema: { query, responses: { 200: pageOf(Node) } },
    errors: ['invalid_cursor'],
    handler: async ({ query: filters }, ctx) =>
      ok(
        await paginate({
          codec: cursors,
          list: 'nodes',
          request: filters,
          filters,
          fetch: (limit, after) => selectNodes(ctx.db, filters, limit, after),
          position: newestFirst,
          present: presentNode,
        }),
      ),
  });
