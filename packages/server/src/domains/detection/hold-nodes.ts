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
 * The nodes of the batches, if this replica remembers all of them and shares none with another: then their records can be
 * judged ahead, while the transaction before, which has the nodes' heads, still copies and commits. It holds if the heads
 * turn out to be as remembered; see `holdNodes`. The nodes leave the memory.
 */
export const takeRemembered = (
  batches: readonly RecordBatch[],
  { memory, nowMs }: Pick<HoldDeps, 'memory' | 'nowMs'>,
): ReadonlyMap<string, NodeMemory> | undefined => {
  const taken = new Map<string, NodeMemory>();
  for (const nodeId of nodeIdsOf(batches)) {
    const node = memory.get(nodeId);
    if (node === undefined || node.sharedUntilMs > nowMs) return undefined;
    taken.set(nodeId, node);
  }
  for (const nodeId of taken.keys()) memory.delete(nodeId);
  return taken;
};

/**
 * The nodes of the batches, held for this transaction: from memory where this replica judged them last, from the database
 * otherwise. They leave the memory, until the transaction's work is done. `ahead`: nodes whose records were judged ahead.
 * `confirmed` says whether nobody else judged any of them since; if somebody did, all of them are read from the database,
 * and what was judged ahead is worth nothing.
 */
export const holdNodes = async (
  tx: Tx,
  batches: readonly RecordBatch[],
  ahead: ReadonlyMap<string, NodeMemory> | undefined,
  deps: HoldDeps,
): Promise<{ readonly held: ReadonlyMap<string, NodeMemory>; readonly confirmed: boolean }> => {
  const { memory, token, nowMs } = deps;
  const heads = await takeHeads(tx, nodeIdsOf(batches), token);
  const isCurrent = (nodeId: string, node: NodeMemory): boolean => {
    const previous = heads.get(nodeId);
    return previous !== undefined && previous !== null && previous === node.token;
  };
  const confirmed = ahead !== undefined && [...ahead].every(([nodeId, node]) => isCurrent(nodeId, node));
  const held = new Map<string, NodeMemory>();
  const stale: string[] = [];
  const shared = new Set<string>();
  for (const nodeId of heads.keys()) {
    const known = ahead?.get(nodeId) ?? memory.get(nodeId);
    memory.delete(nodeId);
    const current = known !== undefined && isCurrent(nodeId, known);
    if (current && (ahead === undefined || confirmed)) {
      known.token = token;
      held.set(nodeId, known);
      continue;
    }
    if (known !== undefined && !current) shared.add(nodeId);
    stale.push(nodeId);
  }
  if (stale.length === 0) return { held, confirmed };
  for (const [nodeId, node] of await loadNodes(tx, stale, deps)) {
    if (shared.has(nodeId)) node.sharedUntilMs = nowMs + sharedMs;
    held.set(nodeId, node);
  }
  return { held, confirmed };
};
