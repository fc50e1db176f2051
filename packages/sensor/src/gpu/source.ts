import type { RegisterGpu } from '@gpushield/contracts';

/** A GPU as its vendor describes it; the node's id is put in when it is registered. */
export type DiscoveredGpu = Omit<RegisterGpu, 'node_id'>;

/** One reading of one GPU: the contract's metric names and units. A metric that cannot be read is absent. */
export interface Sample {
  readonly uuid: string;
  readonly metrics: Readonly<Record<string, number>>;
}

/** `problem` says why GPUs of this vendor are present and yet cannot be seen; null when all is well or none is there. */
export interface Discovery {
  readonly gpus: readonly DiscoveredGpu[];
  readonly problem: string | null;
}

/** A fault that a driver announced by itself. */
export interface GpuFault {
  /** NVIDIA's Xid code. */
  readonly xid: number;
  /** PCI address of the GPU; null when the driver does not say. */
  readonly deviceId: string | null;
}

/** One vendor's way to its GPUs. Neither function rejects; `sample` gives what could be read now. */
export interface GpuSource {
  /** What it is called among the things that the sensor cannot see, such as `gpu.nvidia`. */
  readonly name: string;
  discover(): Promise<Discovery>;
  sample(): Promise<readonly Sample[]>;
  /** Faults that were announced since the last call, at most some hundreds. */
  takeFaults?(): readonly GpuFault[];
  /** Lets go of what it holds; it may be used again afterwards. */
  close?(): void;
}
