import { normalisePciAddress } from '@gpushield/contracts';
import { clean } from '../clean.ts';
import { at, numberIn, parseJsonOutput, textIn } from './json-values.ts';
import { boundedMetrics } from './metrics.ts';
import type { DiscoveredGpu, Sample } from './source.ts';
import type { Tool } from './tool-source.ts';

const bytesToMebibytes = (value: number | null): number | null => (value === null ? null : value / 1_048_576);

/** A value by the first of several names, since versions of the tool word them differently; case does not count. */
const named = (card: Readonly<Record<string, unknown>>, ...names: readonly string[]): unknown => {
  for (const name of names) {
    const key = Object.keys(card).find((candidate) => candidate.toLowerCase() === name.toLowerCase());
    if (key !== undefined) return card[key];
  }
  return undefined;
};

interface Card {
  readonly uuid: string;
  readonly address: string;
  readonly values: Readonly<Record<string, unknown>>;
}

const cardsIn = (output: string | undefined): Card[] => {
  const document = parseJsonOutput(output ?? '');
  if (typeof document !== 'object' || document === null) return [];
  return Object.keys(document)
    .filter((name) => /^card\d+$/.test(name))
    .slice(0, 64)
    .flatMap((name) => {
      const card = at(document, name);
      if (typeof card !== 'object' || card === null) return [];
      const values = { ...card };
      const address = normalisePciAddress(textIn(named(values, 'PCI Bus')) ?? '');
      if (address === null) return [];
      const unique = textIn(named(values, 'Unique ID'));
      const uuid =
        unique !== null && /^0x[0-9a-f]{8,16}$/i.test(unique)
          ? `AMD-${unique.slice(2).toLowerCase().padStart(16, '0')}`
          : `PCI-${address}`;
      return [{ uuid, address, values }];
    });
};

/** GPUs out of `rocm-smi … --json`. */
export const parseRocmSmiGpus = ([output]: readonly string[]): DiscoveredGpu[] =>
  cardsIn(output).map(({ uuid, address, values }) => {
    const vbios = textIn(named(values, 'VBIOS version'));
    return {
      vendor: 'amd',
      model: clean(textIn(named(values, 'Card Series', 'Card Model', 'Device Name')) ?? 'AMD GPU', 128),
      device_id: address,
      uuid,
      memory_total: Math.round(bytesToMebibytes(numberIn(named(values, 'VRAM Total Memory (B)'))) ?? 0),
      driver_version: null,
      vbios_version: vbios === null ? null : clean(vbios, 64),
      compute_capability: null,
    };
  });

/** Readings out of the same answer. */
export const parseRocmSmiSamples = ([output]: readonly string[]): Sample[] =>
  cardsIn(output).map(({ uuid, values }) => {
    const number = (...names: readonly string[]): number | null => numberIn(named(values, ...names));
    const metrics = boundedMetrics({
      gpu_utilization: number('GPU use (%)'),
      memory_bandwidth_utilization: number('GPU Memory Read/Write Activity (%)', 'Memory Activity'),
      memory_used: bytesToMebibytes(number('VRAM Total Used Memory (B)')),
      memory_total: bytesToMebibytes(number('VRAM Total Memory (B)')),
      temperature: number('Temperature (Sensor edge) (C)') ?? number('Temperature (Sensor junction) (C)'),
      memory_temperature: number('Temperature (Sensor memory) (C)'),
      power_usage: number('Current Socket Graphics Package Power (W)', 'Average Graphics Package Power (W)'),
      sm_clock: number('sclk clock speed:'),
      memory_clock: number('mclk clock speed:'),
      fan_speed: number('Fan speed (%)'),
    });
    return { uuid, metrics };
  });

const everything = [
  ...['--showuniqueid', '--showbus', '--showproductname', '--showvbios', '--showuse', '--showmemuse'],
  ...['--showmeminfo', 'vram', '--showtemp', '--showpower', '--showclocks', '--showfan', '--json'],
] as const;

export const rocmSmi: Tool = {
  vendor: 'amd',
  program: 'rocm-smi',
  discovery: [everything],
  parseGpus: parseRocmSmiGpus,
  sampling: [everything],
  parseSamples: parseRocmSmiSamples,
};
