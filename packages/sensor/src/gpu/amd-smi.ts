import { normalisePciAddress } from '@gpushield/contracts';
import { clean } from '../clean.ts';
import { at, listIn, numberIn, parseJsonOutput, textIn } from './json-values.ts';
import { boundedMetrics } from './metrics.ts';
import type { DiscoveredGpu, Sample } from './source.ts';
import type { Tool } from './tool-source.ts';

/** GPUs of one answer; ROCm 7 puts the list below `gpu_data`. */
const gpusIn = (output: string | undefined): readonly unknown[] =>
  listIn(parseJsonOutput(output ?? ''), 'gpu_data').slice(0, 64);

const indexOf = (gpu: unknown): number | null => numberIn(at(gpu, 'gpu'));

/** The library and sysfs name a GPU by its unique id, which the tool shows as the chip's serial number. */
const uuidOf = (staticPart: unknown, address: string): string => {
  const serial = textIn(at(staticPart, 'asic', 'asic_serial'));
  return serial !== null && /^0x[0-9a-f]{8,16}$/i.test(serial)
    ? `AMD-${serial.slice(2).toLowerCase().padStart(16, '0')}`
    : `PCI-${address}`;
};

const identitiesOf = (listOutput: string | undefined, staticOutput: string | undefined) => {
  const statics = new Map(gpusIn(staticOutput).map((gpu) => [indexOf(gpu), gpu]));
  return gpusIn(listOutput).flatMap((gpu) => {
    const address = normalisePciAddress(textIn(at(gpu, 'bdf')) ?? '');
    if (address === null) return [];
    const index = indexOf(gpu);
    const part = statics.get(index);
    return [{ index, address, part, uuid: uuidOf(part, address) }];
  });
};

/** GPUs out of `amd-smi list` and `amd-smi static`. */
export const parseAmdSmiGpus = ([list, fixed]: readonly string[]): DiscoveredGpu[] =>
  identitiesOf(list, fixed).map(({ address, uuid, part }) => {
    const driver = textIn(at(part, 'driver', 'version'));
    const vbios = textIn(at(part, 'vbios', 'part_number')) ?? textIn(at(part, 'vbios', 'version'));
    return {
      vendor: 'amd',
      model: clean(textIn(at(part, 'asic', 'market_name')) ?? 'AMD GPU', 128),
      device_id: address,
      uuid,
      memory_total: Math.round(numberIn(at(part, 'vram', 'size')) ?? 0),
      driver_version: driver === null ? null : clean(driver, 64),
      vbios_version: vbios === null ? null : clean(vbios, 64),
      compute_capability: null,
    };
  });

const metricsOf = (gpu: unknown): Sample['metrics'] => {
  const number = (...path: readonly string[]): number | null => numberIn(at(gpu, ...path));
  return boundedMetrics({
    gpu_utilization: number('usage', 'gfx_activity'),
    memory_bandwidth_utilization: number('usage', 'umc_activity'),
    memory_used: number('mem_usage', 'used_vram'),
    memory_total: number('mem_usage', 'total_vram'),
    temperature: number('temperature', 'edge') ?? number('temperature', 'hotspot'),
    memory_temperature: number('temperature', 'mem'),
    power_usage: number('power', 'socket_power'),
    energy_consumption: number('energy', 'total_energy_consumption'),
    sm_clock: number('clock', 'gfx_0', 'clk'),
    memory_clock: number('clock', 'mem_0', 'clk'),
    fan_speed: number('fan', 'usage'),
    pcie_replays: number('pcie', 'replay_count'),
    ecc_corrected: number('ecc', 'total_correctable_count'),
    ecc_uncorrected: number('ecc', 'total_uncorrectable_count'),
  });
};

/** Readings out of `amd-smi list`, `amd-smi static` and `amd-smi metric`. */
export const parseAmdSmiSamples = ([list, fixed, metric]: readonly string[]): Sample[] => {
  const readings = new Map(gpusIn(metric).map((gpu) => [indexOf(gpu), gpu]));
  return identitiesOf(list, fixed).map(({ index, uuid }) => ({
    uuid,
    metrics: metricsOf(readings.get(index)),
  }));
};

const [list, fixed] = [['list', '--json'] as const, ['static', '--json'] as const];

export const amdSmi: Tool = {
  vendor: 'amd',
  program: 'amd-smi',
  discovery: [list, fixed],
  parseGpus: parseAmdSmiGpus,
  sampling: [list, fixed, ['metric', '--json']],
  parseSamples: parseAmdSmiSamples,
};
