import { normalisePciAddress } from '@gpushield/contracts';
import { clean } from '../clean.ts';
import { boundedMetrics } from './metrics.ts';
import type { DiscoveredGpu, Sample } from './source.ts';

/** What nvidia-smi is asked about each GPU, in this order. */
export const discoveryFields = [
  'uuid',
  'pci.bus_id',
  'name',
  'memory.total',
  'driver_version',
  'vbios_version',
  'compute_cap',
] as const;
export const sampleFields = [
  'uuid',
  'utilization.gpu',
  'utilization.memory',
  'memory.used',
  'memory.total',
  'temperature.gpu',
  'temperature.memory',
  'power.draw',
  'clocks.sm',
  'clocks.mem',
  'fan.speed',
  'ecc.errors.corrected.volatile.total',
  'ecc.errors.uncorrected.volatile.total',
] as const;

/** Rows of `--format=csv,noheader,nounits`; a row with another number of fields (an error message) is left out. */
const rows = (output: string, fields: number): string[][] =>
  output
    .split('\n')
    .map((line) => line.split(', ').map((value) => value.trim()))
    .filter((values) => values.length === fields);

/** `[N/A]`, `[Not Supported]`, `[Unknown Error]` and `N/A` are what nvidia-smi says instead of a value. */
const known = (value: string | undefined): string | null =>
  value === undefined || value === '' || /^\[.*\]$|^N\/A$|error/i.test(value) ? null : value;
const number = (value: string | undefined): number | null => {
  const text = known(value);
  return text !== null && /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : null;
};

/** GPUs out of nvidia-smi's answer to `discoveryFields`. One without UUID or address cannot be told apart: left out. */
export const parseDiscovery = (output: string): DiscoveredGpu[] =>
  rows(output, discoveryFields.length).flatMap(([uuid, bus, name, memory, driver, vbios, capability]) => {
    const address = normalisePciAddress(bus ?? '');
    if (uuid === undefined || !/^GPU-[0-9A-Za-z-]{1,92}$/.test(uuid) || address === null) return [];
    const bounded = (value: string | undefined, maxLength: number): string | null => {
      const text = known(value);
      return text === null ? null : clean(text, maxLength);
    };
    return {
      vendor: 'nvidia' as const,
      model: clean(known(name) ?? 'NVIDIA GPU', 128),
      device_id: address,
      uuid,
      memory_total: Math.round(number(memory) ?? 0),
      driver_version: bounded(driver, 64),
      vbios_version: bounded(vbios, 64),
      compute_capability: bounded(capability, 16),
    };
  });

/** Readings out of nvidia-smi's answer to `sampleFields`; with MIG utilisation is `[N/A]` and then absent. */
export const parseSamples = (output: string): Sample[] =>
  rows(output, sampleFields.length).flatMap(([uuid, ...values]) => {
    if (uuid?.startsWith('GPU-') !== true) return [];
    const [gpu, memory, used, total, heat, memoryHeat, power, sm, mem, fan, corrected, uncorrected] =
      values.map(number);
    const metrics = boundedMetrics({
      gpu_utilization: gpu ?? null,
      memory_utilization: memory ?? null,
      memory_used: used ?? null,
      memory_total: total ?? null,
      temperature: heat ?? null,
      memory_temperature: memoryHeat ?? null,
      power_usage: power ?? null,
      sm_clock: sm ?? null,
      memory_clock: mem ?? null,
      fan_speed: fan ?? null,
      ecc_corrected: corrected ?? null,
      ecc_uncorrected: uncorrected ?? null,
    });
    return { uuid, metrics };
  });
