import { boundedMetrics } from '../metrics.ts';
import type { Sample } from '../source.ts';
import { fieldOf, numberOf } from './bind.ts';
import { allLinks, fieldIds, type NvmlFunctions } from './nvml-functions.ts';
import type { Gpm } from './nvml-gpm.ts';
import type { Rates } from './rates.ts';
import { countProcesses, first, readFields } from './nvml-values.ts';

const mebibyte = 1 / 1_048_576;
/** nvmlClocksThrottleReason*: software power cap and power brake; software and hardware thermal slowdown, hardware slowdown. */
const powerReasons = 0x04n | 0x80n;
const thermalReasons = 0x08n | 0x20n | 0x40n;

const flag = (mask: unknown, bits: bigint): number | null => {
  const value = typeof mask === 'bigint' ? mask : typeof mask === 'number' ? BigInt(mask) : null;
  return value === null ? null : (value & bits) === 0n ? 0 : 1;
};

/** PCIe traffic by GPM where the GPU has it; else by the driver's 20 ms measurement, KB a second. */
const pcieOf = (nvml: NvmlFunctions, device: unknown, gpm: number | null, counter: 0 | 1): number | null =>
  gpm ?? first(nvml.pcieThroughput(device, counter), 1024);

/** One reading of a whole GPU. */
export const sampleGpu = (
  nvml: NvmlFunctions,
  parts: { readonly gpm: Gpm; readonly rates: Rates },
  gpu: { readonly uuid: string; readonly device: unknown },
): Sample => {
  const { uuid, device } = gpu;
  const [memory] = nvml.memory(device) ?? [];
  const [busy] = nvml.utilization(device) ?? [];
  const [throttled] = nvml.throttleReasons(device) ?? [];
  const [correctable, uncorrectable, pending, failure] = nvml.remappedRows(device) ?? [];
  const [memoryHeat, linkTx, linkRx] = readFields(nvml, device, [
    [fieldIds.memoryTemperature, 0],
    [fieldIds.nvlinkDataTx, allLinks],
    [fieldIds.nvlinkDataRx, allLinks],
  ]);
  const gpm = parts.gpm.read(uuid, device);
  const kib = (value: number | null | undefined): number | null =>
    value === null || value === undefined ? null : value * 1024;
  const bytes = (name: string): number | null => {
    const value = numberOf(fieldOf(memory, name));
    return value === null ? null : value * mebibyte;
  };
  const metrics = boundedMetrics({
    gpu_utilization: numberOf(fieldOf(busy, 'gpu')),
    memory_utilization: numberOf(fieldOf(busy, 'memory')),
    memory_used: bytes('used'),
    memory_total: bytes('total'),
    memory_bandwidth_utilization: gpm.memoryBandwidth,
    tensor_utilization: gpm.tensor,
    temperature: first(nvml.temperature(device, 0)),
    memory_temperature: memoryHeat ?? null,
    power_usage: first(nvml.power(device), 1e-3),
    power_limit: first(nvml.powerLimit(device), 1e-3),
    energy_consumption: first(nvml.energy(device), 1e-3),
    sm_clock: first(nvml.clock(device, 1)),
    memory_clock: first(nvml.clock(device, 2)),
    fan_speed: first(nvml.fan(device)),
    pcie_tx: pcieOf(nvml, device, gpm.pcieTx, 0),
    pcie_rx: pcieOf(nvml, device, gpm.pcieRx, 1),
    pcie_replays: first(nvml.pcieReplays(device)),
    nvlink_tx: parts.rates.perSecond(`${uuid} nvlink_tx`, kib(linkTx)),
    nvlink_rx: parts.rates.perSecond(`${uuid} nvlink_rx`, kib(linkRx)),
    throttle_thermal: flag(throttled, thermalReasons),
    throttle_power: flag(throttled, powerReasons),
    ecc_enabled: first(nvml.eccMode(device)),
    ecc_corrected: first(nvml.eccErrors(device, 0, 0)),
    ecc_uncorrected: first(nvml.eccErrors(device, 1, 0)),
    rows_remapped_correctable: numberOf(correctable),
    rows_remapped_uncorrectable: numberOf(uncorrectable),
    row_remap_pending: numberOf(pending),
    row_remap_failure: numberOf(failure),
    process_count: countProcesses(nvml, device),
  });
  return { uuid, metrics };
};

/** A MIG device has memory and processes of its own; what else it does, only the whole GPU tells. */
export const sampleMig = (
  nvml: NvmlFunctions,
  { uuid, device }: { uuid: string; device: unknown },
): Sample => {
  const [memory] = nvml.memory(device) ?? [];
  const bytes = (name: string): number | null => {
    const value = numberOf(fieldOf(memory, name));
    return value === null ? null : value * mebibyte;
  };
  const metrics = boundedMetrics({
    memory_used: bytes('used'),
    memory_total: bytes('total'),
    process_count: countProcesses(nvml, device),
  });
  return { uuid, metrics };
};
