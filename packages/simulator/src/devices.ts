import type { KnownMetric } from '@gpushield/contracts';

/** What is printed on a GPU, as far as a trace shows it. Powers in W, clocks in MHz, memory in MiB. */
export interface Device {
  readonly vendor: 'nvidia' | 'amd' | 'intel';
  readonly model: string;
  readonly idlePower: number;
  readonly powerLimit: number;
  readonly memoryMib: number;
  readonly idleClock: number;
  readonly maxClock: number;
  /** °C above the air for each W, once warm. */
  readonly degreesPerWatt: number;
  /** Seconds in which the core follows its power. */
  readonly heatTauS: number;
  readonly hasFan: boolean;
  /** Metrics that this vendor's tools do not give. */
  readonly missing: readonly KnownMetric[];
}

const noNvlink: readonly KnownMetric[] = ['nvlink_rx', 'nvlink_tx'];
const noRemaps: readonly KnownMetric[] = [
  'rows_remapped_correctable',
  'rows_remapped_uncorrectable',
  'row_remap_pending',
  'row_remap_failure',
];

export const devices = {
  h100: {
    vendor: 'nvidia',
    model: 'H100-SXM5-80GB',
    idlePower: 70,
    powerLimit: 700,
    memoryMib: 81_559,
    idleClock: 345,
    maxClock: 1980,
    degreesPerWatt: 0.06,
    heatTauS: 35,
    hasFan: false,
    missing: [],
  },
  a100: {
    vendor: 'nvidia',
    model: 'A100-SXM4-80GB',
    idlePower: 60,
    powerLimit: 400,
    memoryMib: 81_920,
    idleClock: 210,
    maxClock: 1410,
    degreesPerWatt: 0.095,
    heatTauS: 40,
    hasFan: false,
    missing: [],
  },
  l40s: {
    vendor: 'nvidia',
    model: 'L40S',
    idlePower: 34,
    powerLimit: 350,
    memoryMib: 46_068,
    idleClock: 210,
    maxClock: 2520,
    degreesPerWatt: 0.12,
    heatTauS: 45,
    hasFan: false,
    missing: noNvlink,
  },
  rtx4090: {
    vendor: 'nvidia',
    model: 'RTX 4090',
    idlePower: 22,
    powerLimit: 450,
    memoryMib: 24_564,
    idleClock: 210,
    maxClock: 2760,
    degreesPerWatt: 0.09,
    heatTauS: 55,
    hasFan: true,
    missing: [...noNvlink, ...noRemaps, 'ecc_corrected', 'ecc_uncorrected', 'ecc_enabled'],
  },
  mi300x: {
    vendor: 'amd',
    model: 'MI300X',
    idlePower: 140,
    powerLimit: 750,
    memoryMib: 196_592,
    idleClock: 132,
    maxClock: 2100,
    degreesPerWatt: 0.055,
    heatTauS: 40,
    hasFan: false,
    missing: [...noRemaps, 'tensor_utilization', 'throttle_power'],
  },
  max1550: {
    vendor: 'intel',
    model: 'Data Center GPU Max 1550',
    idlePower: 110,
    powerLimit: 600,
    memoryMib: 131_072,
    idleClock: 600,
    maxClock: 1600,
    degreesPerWatt: 0.065,
    heatTauS: 45,
    hasFan: false,
    missing: [...noNvlink, ...noRemaps, 'tensor_utilization', 'throttle_power', 'pcie_replays'],
  },
} as const satisfies Record<string, Device>;
export type DeviceName = keyof typeof devices;
export const deviceNames = Object.keys(devices) as readonly DeviceName[];
