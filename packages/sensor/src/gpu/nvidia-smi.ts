import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Roots } from '../collect/roots.ts';
import type { RunCommand } from '../run-command.ts';
import { discoveryFields, parseDiscovery, parseSamples, sampleFields } from './nvidia-csv.ts';
import type { GpuSource } from './source.ts';

/** A driver without persistence mode takes seconds to wake; a hung one must not hold the telemetry loop for long. */
const limits = { timeoutMs: 10_000, maxOutputBytes: 262_144 } as const;

/** NVIDIA GPUs by nvidia-smi. Asked only while the driver is loaded, so that a node without it starts no process. */
export const createNvidiaSmiSource = ({
  runCommand,
  roots,
}: {
  runCommand: RunCommand;
  roots: Roots;
}): GpuSource => {
  const hasDriver = (): Promise<boolean> =>
    access(join(roots.proc, 'driver/nvidia')).then(
      () => true,
      () => false,
    );
  const query = (fields: readonly string[]) =>
    runCommand('nvidia-smi', [`--query-gpu=${fields.join(',')}`, '--format=csv,noheader,nounits'], limits);
  return {
    name: 'gpu.nvidia',
    discover: async () => {
      if (!(await hasDriver())) return { gpus: [], problem: null };
      const { code, stdout, problem } = await query(discoveryFields);
      const gpus = code === 0 ? parseDiscovery(stdout) : [];
      const why = code === 0 ? null : `NVIDIA GPUs: nvidia-smi ${problem ?? `ended with status ${code}`}`;
      return { gpus, problem: why };
    },
    sample: async () => {
      if (!(await hasDriver())) return [];
      const { code, stdout } = await query(sampleFields);
      return code === 0 ? parseSamples(stdout) : [];
    },
  };
};
