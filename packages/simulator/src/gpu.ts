import type { KnownMetric } from '@gpushield/contracts';
import type { Moment, Scenario } from './demand.ts';
import type { Device } from './devices.ts';
import { createRandom, type Random } from './random.ts';

/** The metrics of one GPU at one moment, in the vocabulary's units; absent ones are left out. */
export type Sample = Readonly<Partial<Record<KnownMetric, number>>>;

/** A GPU under some workload. `next` is called once a step; equal seeds give equal traces. */
export interface SimulatedGpu {
  readonly device: Device;
  /** `timeMs`: since the epoch; `stepMs`: since the last call. Undefined: the GPU fell off the bus. */
  next(timeMs: number, stepMs: number): Sample | undefined;
}

interface Counters {
  energyJ: number;
  corrected: number;
  uncorrected: number;
  remappedCorrectable: number;
  remappedUncorrectable: number;
  replays: number;
}

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));
const round = (value: number, digits: number): number => Number(value.toFixed(digits));

const count = (counters: Counters, { fault }: Moment, joules: number): void => {
  counters.energyJ += joules;
  counters.corrected += fault?.corrected ?? 0;
  counters.uncorrected += fault?.uncorrected ?? 0;
  counters.remappedCorrectable += fault?.remappedCorrectable ?? 0;
  counters.remappedUncorrectable += fault?.remappedUncorrectable ?? 0;
  counters.replays += fault?.replays ?? 0;
};

interface Physics {
  readonly power: number;
  readonly heat: number;
}

const sampleOf = (
  device: Device,
  moment: Moment,
  { power, heat }: Physics,
  counters: Counters,
  random: Random,
): Sample => {
  const { fault } = moment;
  const working = moment.busy > 0.02;
  const atLimit = power >= device.powerLimit * 0.98;
  const share = moment.clock ?? (atLimit ? 0.82 : 0.97);
  const link = moment.pcie ?? (working ? 2e7 : 1e5);
  const bandwidth = moment.bandwidth ?? moment.busy * 0.4;
  return {
    gpu_utilization: round(clamp(100 * moment.busy, 0, 100), 0),
    memory_utilization: round(clamp(100 * bandwidth, 0, 100), 0),
    memory_used: round(clamp(moment.memory ?? 0.006, 0, 1) * device.memoryMib, 0),
    memory_total: device.memoryMib,
    temperature: round(heat + 0.3 * random.normal(), 0),
    memory_temperature: round(heat + 8 + 0.3 * random.normal(), 0),
    power_usage: round(power, 1),
    power_limit: device.powerLimit,
    energy_consumption: round(counters.energyJ, 0),
    sm_clock: round(working ? device.maxClock * share + 6 * random.normal() : device.idleClock, 0),
    ...(device.hasFan
      ? { fan_speed: round(clamp((heat - 20) * 1.6, 30, 100) * (fault?.fanLeft ?? 1), 0) }
      : {}),
    pcie_rx: round(link * (1 + 0.1 * random.normal()), 0),
    pcie_tx: round(0.4 * link * (1 + 0.1 * random.normal()), 0),
    nvlink_rx: round((moment.nvlink ?? 0) * (1 + 0.05 * random.normal()), 0),
    nvlink_tx: round((moment.nvlink ?? 0) * (1 + 0.05 * random.normal()), 0),
    pcie_replays: counters.replays,
    tensor_utilization: round(clamp(100 * (moment.tensor ?? 0), 0, 100), 1),
    memory_bandwidth_utilization: round(clamp(100 * bandwidth, 0, 100), 1),
    ecc_corrected: counters.corrected,
    ecc_uncorrected: counters.uncorrected,
    ecc_enabled: fault?.eccOff === true ? 0 : 1,
    rows_remapped_correctable: counters.remappedCorrectable,
    rows_remapped_uncorrectable: counters.remappedUncorrectable,
    row_remap_pending: 0,
    row_remap_failure: 0,
    throttle_thermal: fault?.throttleThermal === true ? 1 : 0,
    throttle_power: fault?.throttlePower === true || atLimit ? 1 : 0,
    process_count: moment.processes ?? (working || (moment.memory ?? 0) > 0.02 ? 1 : 0),
  };
};

/** Puts a scenario on a device. Each GPU of a model differs a little, as real ones do. */
export const createSimulatedGpu = (options: {
  readonly device: Device;
  readonly scenario: Scenario;
  readonly seed: number;
}): SimulatedGpu => {
  const { device, scenario, seed } = options;
  const random = createRandom(seed);
  const air = random.between(24, 32);
  const cooling = device.degreesPerWatt * random.between(0.9, 1.1);
  const idle = device.idlePower * random.between(0.95, 1.05);
  const counters: Counters = {
    energyJ: Math.round(random.between(1e6, 1e9)),
    corrected: Math.floor(random.between(0, 4)),
    uncorrected: 0,
    remappedCorrectable: 0,
    remappedUncorrectable: 0,
    replays: Math.floor(random.between(0, 3)),
  };
  let heat = air + cooling * idle;
  let elapsedS = 0;
  return {
    device,
    next: (_timeMs, stepMs) => {
      const stepS = stepMs / 1000;
      elapsedS += stepS;
      const moment = scenario(elapsedS, stepS, random);
      if (moment.fault?.gone === true) return undefined;
      const load = clamp(moment.load ?? 0.85 * moment.busy, 0, 1.02);
      const span = device.powerLimit - idle;
      const power = Math.max(idle * 0.9, idle + load * span + (1.5 + 0.004 * span) * random.normal());
      count(counters, moment, power * stepS);
      const settled = air + cooling * power + (moment.fault?.extraHeat ?? 0);
      heat += (1 - Math.exp(-stepS / device.heatTauS)) * (settled - heat);
      const sample = sampleOf(device, moment, { power, heat }, counters, random);
      const shown: Partial<Record<KnownMetric, number>> = { ...sample, ...moment.fault?.override };
      for (const name of device.missing) Reflect.deleteProperty(shown, name);
      return shown;
    },
  };
};
