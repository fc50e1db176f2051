import { knownMetricNames } from '@gpushield/contracts';
import type { Tx } from '../../platform/database/types.ts';
import { addGpu, freshState, newGpuMemory, type GpuMemory, type NodeMemory } from './node-memory.ts';
import { loadStates, loadUnseen } from './state-store.ts';
import type { Finding, Stepper } from './step-record.ts';
import type { Gate } from './switches.ts';

const width = knownMetricNames.length;

const stateOf = (bytes: Buffer, length: number): Float64Array | undefined => {
  if (bytes.byteLength !== length * 8) return undefined;
  const copy = new Uint8Array(bytes);
  return new Float64Array(copy.buffer);
};

/** Brings a GPU's memory to the record; used for records in the order in which they were judged. */
export const follow = (node: NodeMemory, gpu: GpuMemory, timestampMs: number): void => {
  gpu.unwritten += 1;
  if (timestampMs < node.latestMs || (timestampMs === node.latestMs && gpu.gpuId < node.latestGpu)) return;
  node.latestMs = timestampMs;
  node.latestGpu = gpu.gpuId;
};

/**
 * What is known of these nodes, from the database: the states as they were last written, and on top of each the records
 * that were judged since, learned from again. A state is a function of its records, so this is what the replica that
 * judged them remembers. Called while the nodes' heads are held.
 */
export const loadNodes = async (
  tx: Tx,
  nodeIds: readonly string[],
  deps: {
    readonly stepper: Stepper;
    readonly gateFor: (nodeId: string, gpu: GpuMemory) => Gate;
    readonly token: string;
    /** Monotonic. */
    readonly nowMs: number;
  },
): Promise<ReadonlyMap<string, NodeMemory>> => {
  const { stepper, gateFor, token, nowMs } = deps;
  const nodes = new Map<string, NodeMemory>(
    nodeIds.map((nodeId) => [
      nodeId,
      {
        nodeId,
        token,
        gpus: new Map(),
        latestMs: 0,
        latestGpu: '',
        sharedUntilMs: 0,
        writeAtMs: 0,
        untold: [],
      },
    ]),
  );
  const owners = new Map<string, NodeMemory>();
  for (const { gpuId, nodeId, state } of await loadStates(tx, nodeIds, stepper.version)) {
    const node = nodes.get(nodeId);
    if (node === undefined) continue;
    const numbers = stateOf(state, stepper.stateLength) ?? freshState(stepper.model, stepper.stateLength);
    const lastMs = stepper.model.lastMs(numbers);
    const gpu = newGpuMemory(gpuId, numbers, nowMs);
    gpu.writtenMs = lastMs;
    addGpu(node, gpu);
    owners.set(gpuId, node);
    if (lastMs > node.latestMs || (lastMs === node.latestMs && gpuId > node.latestGpu)) {
      node.latestMs = lastMs;
      node.latestGpu = gpuId;
    }
  }
  if (owners.size === 0) return nodes;
  const told: Finding[] = [];
  const values = new Float64Array(width);
  for (const row of await loadUnseen(tx, nodeIds, stepper.version)) {
    const node = owners.get(row.gpu_id);
    const gpu = node?.gpus.get(row.gpu_id);
    if (node === undefined || gpu === undefined) continue;
    for (let place = 0; place < width; place += 1) {
      const value = row[knownMetricNames[place] ?? ''];
      values[place] = typeof value === 'number' ? value : Number.NaN;
    }
    const timestampMs = row.timestamp.getTime();
    stepper.step(node, gpu, gateFor(node.nodeId, gpu), { timestampMs, values, offset: 0 }, told);
    follow(node, gpu, timestampMs);
  }
  return nodes;
};
