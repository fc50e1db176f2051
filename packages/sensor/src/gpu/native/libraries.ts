import type { DiscoveredGpu } from '../source.ts';

export type Vendor = DiscoveredGpu['vendor'];

/**
 * Where each vendor's library is looked for, in this order. Names without a path go through the dynamic linker; the
 * working directory and LD_LIBRARY_PATH play no part, since the probe starts without them.
 */
export const libraryCandidates: Readonly<Record<Vendor, readonly string[]>> = {
  nvidia: ['libnvidia-ml.so.1'],
  amd: ['/opt/rocm/lib/librocm_smi64.so', 'librocm_smi64.so.1', 'librocm_smi64.so'],
  intel: ['libze_loader.so.1'],
};
/** How people call them. */
export const libraryNames: Readonly<Record<Vendor, string>> = {
  nvidia: 'NVML',
  amd: 'ROCm SMI',
  intel: 'Level Zero Sysman',
};
