import type { NodeMemory } from './node-memory.ts';
import type { StateToWrite } from './state-store.ts';
import type { Stepper } from './step-record.ts';

/** States are written again after this long at most, and so many records at most: what a restart learns again. */
const writeEveryMs = 10_000;
const writeSpreadMs = 10_000;
const writeEveryRecords = 64;

const spreadOf = (nodeId: string): number =>
  (Number.parseInt(nodeId.slice(-6), 16) / 0xffffff) * writeSpreadMs;

/**
 * The states that have to be written now: a node's all at once, so that neighbours fit each other in a replay. `nowMs` is
 * monotonic.
 */
export const dueStates = (
  held: ReadonlyMap<string, NodeMemory>,
  { model }: Stepper,
  nowMs: number,
): readonly StateToWrite[] => {
  const due: StateToWrite[] = [];
  for (const node of held.values()) {
    const gpus = [...node.gpus.values()];
    const waits =
      node.sharedUntilMs <= nowMs &&
      node.writeAtMs > nowMs &&
      gpus.every(({ mustWrite, unwritten }) => !mustWrite && unwritten < writeEveryRecords);
    if (waits) continue;
    node.writeAtMs = nowMs + writeEveryMs + spreadOf(node.nodeId);
    for (const gpu of gpus) {
      if (!gpu.mustWrite && gpu.unwritten === 0) continue;
      gpu.mustWrite = false;
      gpu.unwritten = 0;
      const lastMs = model.lastMs(gpu.state);
      if (lastMs <= 0) continue;
      gpu.writtenMs = lastMs;
      due.push({ gpuId: gpu.gpuId, nodeId: node.nodeId, lastMs, state: gpu.state });
    }
  }
  return due;
};
