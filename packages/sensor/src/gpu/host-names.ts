import { hostGpuName, isHostLocalGpu } from '@gpushield/contracts';
import type { GpuSource } from './source.ts';

/**
 * Readers name a GPU without a UUID by its place on the bus, which every host of the model has. The server knows GPUs of
 * all hosts: behind this, such names carry the node's.
 */
export const withHostNames = (
  source: GpuSource,
  node: { readonly clusterId: string; readonly nodeName: string },
): GpuSource => {
  const named = <T extends { readonly uuid: string }>(gpu: T): T =>
    isHostLocalGpu(gpu.uuid) ? { ...gpu, uuid: hostGpuName(node, gpu.uuid) } : gpu;
  return {
    ...source,
    discover: async () => {
      const { gpus, problem } = await source.discover();
      return { gpus: gpus.map(named), problem };
    },
    sample: async () => (await source.sample()).map(named),
  };
};
