import type { DetectorModel } from './model.ts';
import type { Finding } from './step-record.ts';
import type { Gate } from './switches.ts';

/** What a replica remembers of one GPU. */
export interface GpuMemory {
  readonly gpuId: string;
  /** Model's numbers, then those of the hysteresis. */
  readonly state: Float64Array;
  /** States of the node's other GPUs; the same array until a GPU comes. */
  peers: readonly Float64Array[];
  /** Records that it learned from since the state was last written. */
  unwritten: number;
  /** Time of the last record that the stored state has seen: a replay begins behind it. 0: none is stored. */
  writtenMs: number;
  /** Written in this transaction, whatever the time. */
  mustWrite: boolean;
  /** Monotonic time at which this replica last had a record of it, or began to remember it. */
  heardMs: number;
  gate: Gate | undefined;
  gateGeneration: number;
}

/** What a replica remembers of one node: good while the node's head has this token. */
export interface NodeMemory {
  readonly nodeId: string;
  token: string;
  readonly gpus: Map<string, GpuMemory>;
  /** Latest record that was learned from, of any GPU: time, then id of the GPU. */
  latestMs: number;
  latestGpu: string;
  /** Monotonic time until which other replicas judge this node too: then states are written each time. */
  sharedUntilMs: number;
  /** Monotonic time at which its states are written next. */
  writeAtMs: number;
  /** What people are to be told of and was put off; see `tellNow`. */
  untold: Finding[];
}

export const newGpuMemory = (gpuId: string, state: Float64Array, nowMs: number): GpuMemory => ({
  gpuId,
  state,
  peers: [],
  unwritten: 0,
  writtenMs: 0,
  mustWrite: false,
  heardMs: nowMs,
  gate: undefined,
  gateGeneration: -1,
});

/** Compared with at most this many neighbours. */
const maxPeers = 15;

/** Adds a GPU and tells its neighbours of it. In the order of ids, so that every replica sees the same peers. */
export const addGpu = (node: NodeMemory, gpu: GpuMemory): void => {
  node.gpus.set(gpu.gpuId, gpu);
  const all = [...node.gpus.values()].sort((a, b) => (a.gpuId < b.gpuId ? -1 : 1));
  for (const each of all)
    each.peers = all
      .filter((other) => other !== each)
      .slice(0, maxPeers)
      .map(({ state }) => state);
};

/** A fresh state: the model's, and nothing going on. */
export const freshState = (model: DetectorModel, length: number): Float64Array => {
  const state = new Float64Array(length);
  state.set(model.initial());
  return state;
};
