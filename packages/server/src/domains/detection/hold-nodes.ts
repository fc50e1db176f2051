import type { Tx } from '../../platform/database/types.ts';
import type { RecordBatch } from '../telemetry/index.ts';
import { loadNodes } from './load-nodes.ts';
import type { GpuMemory, NodeMemory } from './node-memory.ts';
import { takeHeads } from './state-store.ts';
import type { Stepper } from './step-record.ts';
import type { Gate } from './switches.ts';

/** After another replica judged a node, its states are written each time for this long. */
const sharedMs = 60_000;

export interface HoldDeps {
  readonly stepper: Stepper;
  readonly memory: Map<string, NodeMemory>;
  readonly gateFor: (nodeId: string, gpu: GpuMemory) => Gate;
  readonly token: string;
  /** Monotonic. */
  readonly nowMs: number;
}

const nodeIdsOf = (batches: readonly RecordBatch[]): readonly string[] => {
  const ids = new Set<string>();
  for (const { gpus } of batches) for (const { nodeId } of gpus) ids.add(nodeId);
  return [...ids].sort();
};

/**
 * The nodes of the batches, held for this transaction: from memory where this replica judged them last, from the database
 * otherwise. They leave the memory, until the transaction's work is done.
 */
export const holdNodes = async (
  tx: Tx,
  batches: readonly RecordBatch[],
  deps: HoldDeps,
): Promise<ReadonlyMap<string, NodeMemory>> => {
  const { memory, token, nowMs } = deps;
  const held = new Map<string, NodeMemory>();
  const stale: string[] = [];
  const shared = new Set<string>();
  for (const [nodeId, previous] of await takeHeads(tx, nodeIdsOf(batches), token)) {
    const known = memory.get(nodeId);
    memory.delete(nodeId);
    if (previous !== null && known?.token === previous) {
      known.token = token;
      held.set(nodeId, known);
      continue;
    }
    if (known !== undefined) shared.add(nodeId);
    stale.push(nodeId);
  }
  if (stale.length === 0) return held;
  for (const [nodeId, node] of await loadNodes(tx, stale, deps)) {
    if (shared.has(nodeId)) node.sharedUntilMs = nowMs + sharedMs;
    held.set(nodeId, node);
  }
  return held;
};
