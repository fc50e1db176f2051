import type { Roots } from '../collect/roots.ts';
import type { RunCommand } from '../run-command.ts';
import { createAmdSysfsSource } from './amd-sysfs.ts';
import { createIntelSysfsSource } from './intel-sysfs.ts';
import { createNvidiaSmiSource } from './nvidia-smi.ts';
import type { GpuSource } from './source.ts';

/** One source per vendor. A better way to a vendor's GPUs (NVML, AMD SMI, Level Zero) takes the place of its source here. */
export const systemSources = (deps: { roots: Roots; runCommand: RunCommand }): readonly GpuSource[] => [
  createNvidiaSmiSource(deps),
  createAmdSysfsSource(deps),
  createIntelSysfsSource(deps),
];
