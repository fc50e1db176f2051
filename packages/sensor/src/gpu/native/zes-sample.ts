import { boundedMetrics } from '../metrics.ts';
import type { Sample } from '../source.ts';
import { fieldOf, numberOf } from './bind.ts';
import { first } from './nvml-values.ts';
import type { Rates } from './rates.ts';
import { structTypes, type ZesFunctions } from './zes-functions.ts';
import type { Enumerate } from './zes-handles.ts';

const mebibyte = 1 / 1_048_576;
/** zes_engine_group_t: all engines; compute engines. */
const [allEngines, computeEngines] = [0, 1];
/** zes_temp_sensors_t: the whole card, the GPU, its memory. */
const [globalHeat, gpuHeat, memoryHeat] = [0, 1, 2];
/** zes_freq_domain_t. */
const [gpuClock, memoryClock] = [0, 1];
/** zes_ras_error_type_t. */
const [correctable, uncorrectable] = [0, 1];
/** zes_freq_throttle_reason_flag_t: average and burst power cap, current limit; thermal limit. */
const [powerReasons, thermalReason] = [0b111, 0b1000];

/** The parts of one device, looked up once. */
export interface ZesDevice {
  readonly device: unknown;
  readonly uuid: string;
  readonly memories: readonly unknown[];
  readonly powers: readonly unknown[];
  readonly temperatures: ReadonlyMap<number, unknown>;
  readonly engines: ReadonlyMap<number, unknown>;
  readonly frequencies: ReadonlyMap<number, unknown>;
  readonly errors: ReadonlyMap<number, unknown>;
}

/** Enumerates a device's parts; where a kind has several, the first is taken. */
export const partsOf = (
  zes: ZesFunctions,
  enumerate: Enumerate,
  device: unknown,
): Omit<ZesDevice, 'uuid' | 'device'> => {
  const byKind = (
    list: string,
    properties: ZesFunctions['engineKind'],
    stype: number,
  ): ReadonlyMap<number, unknown> => {
    const found = new Map<number, unknown>();
    for (const part of enumerate(list, device)) {
      const kind = numberOf(fieldOf(properties(part, { stype })?.[0], 'kind'));
      if (kind !== null && !found.has(kind)) found.set(kind, part);
    }
    return found;
  };
  const { engineProperties, temperatureProperties, frequencyProperties, rasProperties } = structTypes;
  return {
    memories: enumerate('zesDeviceEnumMemoryModules', device),
    powers: enumerate('zesDeviceEnumPowerDomains', device),
    temperatures: byKind('zesDeviceEnumTemperatureSensors', zes.temperatureKind, temperatureProperties),
    engines: byKind('zesDeviceEnumEngineGroups', zes.engineKind, engineProperties),
    frequencies: byKind('zesDeviceEnumFrequencyDomains', zes.frequencyKind, frequencyProperties),
    errors: byKind('zesDeviceEnumRasErrorSets', zes.rasKind, rasProperties),
  };
};

const microseconds = (value: unknown, name: string): number | null => {
  const time = numberOf(fieldOf(value, name));
  return time === null ? null : time / 1000;
};

/** Free and used memory over all modules, in bytes. */
const memoryOf = (zes: ZesFunctions, memories: readonly unknown[]) => {
  let [size, free] = [0, 0];
  for (const memory of memories) {
    const [state] = zes.memoryState(memory, { stype: structTypes.memoryState }) ?? [];
    size += numberOf(fieldOf(state, 'size')) ?? 0;
    free += numberOf(fieldOf(state, 'free')) ?? 0;
  }
  return size === 0 ? { total: null, used: null } : { total: size, used: Math.max(0, size - free) };
};

/** Share of the bandwidth in use, percent, out of byte counters of the first memory module. */
const bandwidthOf = (zes: ZesFunctions, rates: Rates, { uuid, memories }: ZesDevice): number | null => {
  const [state] = memories[0] === undefined ? [] : (zes.memoryBandwidth(memories[0]) ?? []);
  const number = (name: string): number | null => numberOf(fieldOf(state, name));
  const [read, written, max] = [number('readCounter'), number('writeCounter'), number('maxBandwidth')];
  if (read === null || written === null || max === null || max === 0) return null;
  const rate = rates.since(`${uuid} memory`, read + written, microseconds(state, 'timestamp'));
  return rate === null ? null : Math.min(100, (rate / max) * 100);
};

const utilizationOf = (zes: ZesFunctions, rates: Rates, { uuid, engines }: ZesDevice): number | null => {
  const engine = engines.get(allEngines) ?? engines.get(computeEngines);
  const [activity] = engine === undefined ? [] : (zes.activity(engine) ?? []);
  const active = numberOf(fieldOf(activity, 'activeTime'));
  const rate = rates.since(`${uuid} active`, active, microseconds(activity, 'timestamp'));
  // Microseconds active in a second of the engine's own clock.
  return rate === null ? null : Math.min(100, rate / 10_000);
};

const errorsOf = (zes: ZesFunctions, set: unknown): number | null => {
  const [state] = set === undefined ? [] : (zes.ras(set, 0, { stype: structTypes.rasState }) ?? []);
  const categories = fieldOf(state, 'category');
  return Array.isArray(categories)
    ? categories.reduce<number>((sum, value) => sum + (numberOf(value) ?? 0), 0)
    : null;
};

const joulesOf = (energy: unknown): number | null => {
  const value = numberOf(fieldOf(energy, 'energy'));
  return value === null ? null : value * 1e-6;
};

/** One reading of one GPU. */
export const sampleZes = (zes: ZesFunctions, rates: Rates, gpu: ZesDevice): Sample => {
  const heat = (kind: number): number | null => {
    const sensor = gpu.temperatures.get(kind);
    return sensor === undefined ? null : first(zes.temperature(sensor));
  };
  const clock = (kind: number): unknown => {
    const domain = gpu.frequencies.get(kind);
    return domain === undefined ? null : zes.frequency(domain, { stype: structTypes.frequencyState })?.[0];
  };
  const [energy] = gpu.powers[0] === undefined ? [] : (zes.energy(gpu.powers[0]) ?? []);
  const joules = joulesOf(energy);
  const [pci] = zes.pciStats(gpu.device) ?? [];
  const pciRate = (name: string): number | null =>
    rates.since(`${gpu.uuid} ${name}`, numberOf(fieldOf(pci, name)), microseconds(pci, 'timestamp'));
  const { total, used } = memoryOf(zes, gpu.memories);
  const gpuState = clock(gpuClock);
  const throttled = numberOf(fieldOf(gpuState, 'throttleReasons'));
  const positive = (value: number | null): number | null => (value === null || value < 0 ? null : value);
  const metrics = boundedMetrics({
    gpu_utilization: utilizationOf(zes, rates, gpu),
    memory_bandwidth_utilization: bandwidthOf(zes, rates, gpu),
    memory_used: used === null ? null : used * mebibyte,
    memory_total: total === null ? null : total * mebibyte,
    temperature: heat(gpuHeat) ?? heat(globalHeat),
    memory_temperature: heat(memoryHeat),
    power_usage: rates.since(`${gpu.uuid} energy`, joules, microseconds(energy, 'timestamp')),
    energy_consumption: joules,
    sm_clock: positive(numberOf(fieldOf(gpuState, 'actual'))),
    memory_clock: positive(numberOf(fieldOf(clock(memoryClock), 'actual'))),
    pcie_rx: pciRate('rxCounter'),
    pcie_tx: pciRate('txCounter'),
    pcie_replays: numberOf(fieldOf(pci, 'replayCounter')),
    throttle_power: throttled === null ? null : (throttled & powerReasons) === 0 ? 0 : 1,
    throttle_thermal: throttled === null ? null : (throttled & thermalReason) === 0 ? 0 : 1,
    ecc_corrected: errorsOf(zes, gpu.errors.get(correctable)),
    ecc_uncorrected: errorsOf(zes, gpu.errors.get(uncorrectable)),
    process_count: first(zes.processes(gpu.device, 0, null)),
  });
  return { uuid: gpu.uuid, metrics };
};
