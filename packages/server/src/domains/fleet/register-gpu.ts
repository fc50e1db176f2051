import type { RegisterGpu } from '@gpushield/contracts';
import type { Tx } from '../../platform/database/types.ts';
import { AppError } from '../../platform/errors.ts';
import { encodeFleetChange, fleetChannel } from './channels.ts';
import { insertGpu, lockGpuByUuid, updateGpu, type GpuRow } from './gpu-store.ts';

export interface GpuRegistration {
  readonly newId: string;
  readonly nodeId: string;
  readonly body: RegisterGpu;
  /** Whether the caller may take the device away from another node. */
  readonly mayMove: boolean;
}

const elsewhere = (gpu: GpuRow): AppError =>
  new AppError('already_exists', {
    detail: `GPU ${gpu.uuid} is registered on node ${gpu.node_id}`,
    remediation:
      `If the device was moved, delete GPU ${gpu.id} first, or register it with a credential that has the scope ` +
      'nodes:write.',
  });

/**
 * Registers a GPU on a node. A UUID known on this node updates its facts; one known on another node means that the
 * device was moved, which only a caller with the full scope may say: otherwise any node could take any GPU.
 */
export const registerGpu = async (
  tx: Tx,
  { newId, nodeId, body, mayMove }: GpuRegistration,
): Promise<{ readonly gpu: GpuRow; readonly isNew: boolean }> => {
  const inserted = await insertGpu(tx, newId, nodeId, body);
  if (inserted !== undefined) return { gpu: inserted, isNew: true };
  const known = await lockGpuByUuid(tx, body.uuid);
  if (known === undefined) throw new AppError('conflict', { detail: `GPU ${body.uuid} is being deleted` });
  if (known.node_id !== nodeId) {
    if (!mayMove) throw elsewhere(known);
    await tx.notify(fleetChannel, encodeFleetChange({ kind: 'gpu', id: known.id }));
  }
  return { gpu: await updateGpu(tx, known.id, nodeId, body), isNew: false };
};
