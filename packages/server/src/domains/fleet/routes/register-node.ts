import { Node, RegisterNode } from '@gpushield/contracts';
import { AppError } from '../../../platform/errors.ts';
import { created, defineRoute, ok, transactionOf } from '../../../platform/http/route.ts';
import { findNode, presentNode, upsertNode } from '../node-store.ts';
import { written, type RegisterDeps } from './shared.ts';

export const registerNode = ({ newId }: RegisterDeps) =>
  defineRoute({
    method: 'POST',
    path: '/api/v1/nodes',
    operationId: 'registerNode',
    summary: 'Register a node, or update the facts of the one with this cluster_id and name',
    tag: 'Nodes',
    access: { scope: 'nodes:write' },
    audit: { when: 'before', action: 'node.register', resource: 'nodes' },
    effect: 'transaction',
    schema: { body: RegisterNode, responses: { 200: Node, 201: Node } },
    errors: ['already_exists'],
    handler: async ({ body }, ctx) => {
      const tx = transactionOf(ctx);
      const fresh = newId();
      const owner = { registeredBy: ctx.principal.id, onlyOwnerId: ctx.ownOnly ? ctx.principal.id : null };
      const id = await upsertNode(tx, { id: fresh, ...owner }, body);
      if (id === undefined) {
        throw new AppError('already_exists', {
          detail: `Node ${body.name} of cluster ${body.cluster_id ?? 'default'} was registered by someone else`,
          remediation: 'Register under another name, or use a credential with the scope nodes:write.',
        });
      }
      const node = presentNode(written(await findNode(tx, id), `Node ${id}`));
      return id === fresh ? created(node, `/api/v1/nodes/${id}`) : ok(node);
    },
  });
