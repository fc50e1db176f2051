import { normalisePciAddress } from '@gpushield/contracts';
import { clean } from '../clean.ts';
import { at, listIn, numberIn, parseJsonOutput, textIn } from './json-values.ts';
import { boundedMetrics } from './metrics.ts';
import type { DiscoveredGpu, GpuSource, Sample } from './source.ts';
import type { RunCommand } from '../run-command.ts';
import { toolLimits } from './tool-source.ts';

interface Listed {
  readonly index: number;
  readonly gpu: DiscoveredGpu;
}

/** GPUs out of `xpu-smi discovery -j`, with the number by which the tool calls them. */
export const parseXpuSmiDiscovery = (output: string): Listed[] =>
  listIn(parseJsonOutput(output), 'device_list')
    .slice(0, 64)
    .flatMap((device) => {
      const index = numberIn(at(device, 'device_id'));
      const address = normalisePciAddress(textIn(at(device, 'pci_bdf_address')) ?? '');
      if (index === null || !Number.isSafeInteger(index) || address === null) return [];
      const driver = textIn(at(device, 'driver_version'));
      const gpu: DiscoveredGpu = {
        vendor: 'intel',
        model: clean(textIn(at(device, 'device_name')) ?? 'Intel GPU', 128),
        device_id: address,
        uuid: `PCI-${address}`,
        memory_total: Math.round((numberIn(at(device, 'memory_physical_size_byte')) ?? 0) / 1_048_576),
        driver_version: driver === null ? null : clean(driver, 64),
        vbios_version: null,
        compute_capability: null,
      };
      return [{ index, gpu }];
    });

/** One reading out of `xpu-smi stats -d N -j`. */
export const parseXpuSmiStats = (output: string): Sample['metrics'] => {
  const document = parseJsonOutput(output);
  const values = new Map<string, number>();
  const lists = [
    listIn(at(document, 'device_level')),
    ...listIn(at(document, 'tile_level')).map((tile) => listIn(at(tile, 'data_list'))),
  ];
  for (const metric of lists.flat()) {
    const name = textIn(at(metric, 'metrics_type'));
    const value = numberIn(at(metric, 'value')) ?? numberIn(at(metric, 'avg'));
    // Device-level values come first; those of its first tile fill the gaps.
    if (name !== null && value !== null && !values.has(name)) values.set(name, value);
  }
  const stat = (name: string): number | null => values.get(`XPUM_STATS_${name}`) ?? null;
  const energy = stat('ENERGY');
  return boundedMetrics({
    gpu_utilization: stat('GPU_UTILIZATION'),
    memory_utilization: stat('MEMORY_UTILIZATION'),
    memory_bandwidth_utilization: stat('MEMORY_BANDWIDTH'),
    memory_used: stat('MEMORY_USED'),
    temperature: stat('GPU_CORE_TEMPERATURE'),
    memory_temperature: stat('MEMORY_TEMPERATURE'),
    power_usage: stat('POWER'),
    energy_consumption: energy === null ? null : energy / 1000,
    sm_clock: stat('GPU_FREQUENCY'),
    ecc_corrected: stat('RAS_ERROR_CAT_CACHE_ERRORS_CORRECTABLE'),
    ecc_uncorrected: stat('RAS_ERROR_CAT_CACHE_ERRORS_UNCORRECTABLE'),
  });
};

/** Intel GPUs by xpu-smi, which is asked about each GPU by its number. */
export const createXpuSmiSource = ({ runCommand }: { runCommand: RunCommand }): GpuSource => {
  let listed: readonly Listed[] = [];
  return {
    name: 'gpu.intel',
    discover: async () => {
      const { code, stdout, problem } = await runCommand('xpu-smi', ['discovery', '-j'], toolLimits);
      listed = code === 0 ? parseXpuSmiDiscovery(stdout) : [];
      const isMissing = problem === 'is not installed';
      const why = code === 0 || isMissing ? null : `xpu-smi ${problem ?? `ended with status ${code}`}`;
      return { gpus: listed.map(({ gpu }) => gpu), problem: why };
    },
    sample: async () => {
      const samples: Sample[] = [];
      for (const { index, gpu } of listed) {
        const args = ['stats', '-d', String(index), '-j'];
        const { code, stdout } = await runCommand('xpu-smi', args, toolLimits);
        if (code === 0) samples.push({ uuid: gpu.uuid, metrics: parseXpuSmiStats(stdout) });
      }
      return samples;
    },
  };
};
