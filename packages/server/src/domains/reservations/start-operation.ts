import { DiskOperationStarted, type DiskActionName } from '@gpushield/contracts';
import type { Tx } from '../../platform/database/types.ts';
import { diskQueue, type RouteDeps } from './deps.ts';
import { insertOperation } from './disk-store.ts';
import { messageOf } from './processor/deps.ts';

interface Operation {
  readonly diskId: string;
  readonly diskName: string;
  readonly userId: string;
  readonly action: DiskActionName;
}

/** What was done in the request itself needs no message: its operation is there to be polled, and complete. */
const isDoneAtOnce = (action: DiskActionName): boolean =>
  action !== 'create' && action !== 'clone' && action !== 'delete';

const run = async (
  deps: RouteDeps,
  tx: Tx,
  operation: Operation,
  message: string,
): Promise<DiskOperationStarted> => {
  const id = deps.newId();
  const at = new Date(deps.clock.nowMs());
  const done = isDoneAtOnce(operation.action);
  await insertOperation(tx, { id, ...operation, status: done ? 'completed' : 'pending', at });
  if (!done) {
    const body = messageOf(`${operation.action}_disk`, { operation_id: id }, operation.userId, at);
    await deps.sender.send(tx, diskQueue, body);
  }
  return {
    operation_id: id,
    disk_name: operation.diskName,
    action: operation.action,
    message,
    requested_at: at.toISOString(),
  };
};

/** Operations on disks: row and message in the transaction of the request. */
export const startOperation = { run, Answer: DiskOperationStarted };
