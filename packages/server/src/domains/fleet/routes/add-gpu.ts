import { Gpu, RegisterGpu } from '@gpushield/contracts';
import { AppError } from '../../../platform/errors.ts';
import { created, defineRoute, ok, transactionOf } from '../../../platform/http/route.ts';
import { presentGpu } from '../gpu-store.ts';
import { findNode } from '../node-store.ts';
import { registerGpu } from '../register-gpu.ts';
import { IdParams, notFound, type RegisterDeps } from './shared.ts';

const otherNode = (): AppError => {
  const message = 'must be the node of the path, where it is given';
  return new AppError('validation_failed', {
    detail: `/node_id ${message}`,
    errors: [{ field: '/node_id', message }],
  });
};

export const addGpu = ({ newId }: RegisterDeps) =>
  defineRoute({
    method: 'POST',
    path: '/api/v1/nodes/:id/gpus',
    operationId: 'addGpu',
    summary: 'Register a GPU on a node, or update the one with this UUID',
    tag: 'GPUs',
    access: { scope: 'nodes:write' },
    audit: { when: 'before', action: 'gpu.register', resource: 'node:{id}' },
    effect: 'transaction',
    schema: { params: IdParams, body: RegisterGpu, responses: { 200: Gpu, 201: Gpu } },
    errors: ['not_found', 'already_exists', 'conflict'],
    handler: async ({ params: { id: nodeId }, body }, ctx) => {
      if (body.node_id !== undefined && body.node_id.toLowerCase() !== nodeId.toLowerCase())
        throw otherNode();
      const tx = transactionOf(ctx);
      const node = await findNode(tx, nodeId);
      if (node === undefined) throw notFound('node', nodeId);
      ctx.authorize({ ownerId: node.registered_by });
      const registration = { newId: newId(), nodeId: node.id, body, mayMove: !ctx.ownOnly };
      const { gpu, isNew } = await registerGpu(tx, registration);
      return isNew ? created(presentGpu(gpu), `/api/v1/gpus/${gpu.id}`) : ok(presentGpu(gpu));
    },
  });
