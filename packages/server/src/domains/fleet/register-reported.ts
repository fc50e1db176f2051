import type { RegisterGpu } from '@gpushield/contracts';
import type { Tx } from '../../platform/database/types.ts';
import { upsertNode } from './node-store.ts';
import { registerGpu } from './register-gpu.ts';

/** A GPU that telemetry told of, and the node that it says it is on. */
export interface ReportedGpu {
  readonly clusterId: string;
  readonly nodeName: string;
  readonly gpu: RegisterGpu;
}

/** Who registers. `ownOnly`: it may only touch what it registered itself. */
export interface Reporter {
  readonly principalId: string;
  readonly ownOnly: boolean;
  readonly newId: () => string;
}

/**
 * Registers a GPU and its node out of what an exporter says of them. Answers undefined when the node belongs to somebody
 * else. Throws `already_exists` when the GPU is on another node and the reporter may not move it.
 */
export const registerReported = async (
  tx: Tx,
  { clusterId, nodeName, gpu }: ReportedGpu,
  { principalId, ownOnly, newId }: Reporter,
): Promise<{ readonly gpuId: string; readonly nodeId: string } | undefined> => {
  const owner = { registeredBy: principalId, onlyOwnerId: ownOnly ? principalId : null };
  const nodeId = await upsertNode(tx, { id: newId(), ...owner }, { name: nodeName, cluster_id: clusterId });
  if (nodeId === undefined) return undefined;
  const registered = await registerGpu(tx, { newId: newId(), nodeId, body: gpu, mayMove: false });
  return { gpuId: registered.gpu.id, nodeId };
};
