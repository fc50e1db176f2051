import { normalisePciAddress } from '@gpushield/contracts';
import { clean } from '../../clean.ts';
import type { DiscoveredGpu } from '../source.ts';
import { fieldOf, numberOf, type NativeLibrary } from './bind.ts';
import { nvmlFunctions, type NvmlFunctions } from './nvml-functions.ts';
import { createNvmlEvents } from './nvml-events.ts';
import { createGpm } from './nvml-gpm.ts';
import { sampleGpu, sampleMig } from './nvml-sample.ts';
import { first, firstText } from './nvml-values.ts';
import { createRates } from './rates.ts';
import type { NativeReader } from './reader.ts';

interface Device {
  readonly device: unknown;
  readonly uuid: string;
  readonly address: string;
  /** Whether it is a slice of a GPU. */
  readonly isMig: boolean;
}

const maxGpus = 64;
const maxMigDevices = 7;

const migDevicesOf = (nvml: NvmlFunctions, parent: Device): Device[] => {
  if (first(nvml.migMode(parent.device)) !== 1) return [];
  const count = Math.min(first(nvml.maxMigDevices(parent.device)) ?? 0, maxMigDevices);
  return Array.from({ length: count }).flatMap((_slot, index) => {
    const [device] = nvml.migDevice(parent.device, index) ?? [];
    const uuid = device === undefined ? null : firstText(nvml.uuid(device));
    return uuid === null || !/^MIG-[0-9A-Za-z/-]{1,92}$/.test(uuid)
      ? []
      : [{ device, uuid: uuid.replaceAll('/', '.'), address: `${parent.address}/mig${index}`, isMig: true }];
  });
};

const devicesOf = (nvml: NvmlFunctions): Device[] => {
  const count = Math.min(first(nvml.count()) ?? 0, maxGpus);
  return Array.from({ length: count }).flatMap((_slot, index) => {
    const [device] = nvml.handle(index) ?? [];
    if (device === undefined) return [];
    const uuid = firstText(nvml.uuid(device));
    const bus = fieldOf(nvml.pci(device)?.[0], 'busId');
    const address = normalisePciAddress(typeof bus === 'string' ? bus : '');
    if (uuid === null || address === null || !/^GPU-[0-9A-Za-z-]{1,92}$/.test(uuid)) return [];
    const whole = { device, uuid, address, isMig: false };
    return [whole, ...migDevicesOf(nvml, whole)];
  });
};

const describe = (nvml: NvmlFunctions, { device, uuid, address, isMig }: Device): DiscoveredGpu => {
  const driver = firstText(nvml.driverVersion());
  const vbios = isMig ? null : firstText(nvml.vbios(device));
  const [major, minor] = isMig ? [] : (nvml.capability(device) ?? []);
  const total = numberOf(fieldOf(nvml.memory(device)?.[0], 'total')) ?? 0;
  return {
    vendor: 'nvidia',
    model: clean(firstText(nvml.name(device)) ?? 'NVIDIA GPU', 128),
    device_id: address,
    uuid,
    memory_total: Math.round(total / 1_048_576),
    driver_version: driver === null ? null : clean(driver, 64),
    vbios_version: vbios === null ? null : clean(vbios, 64),
    compute_capability: typeof major === 'number' && typeof minor === 'number' ? `${major}.${minor}` : null,
  };
};

/**
 * NVIDIA GPUs by NVML, MIG devices included. Throws when NVML does not come up (no driver, versions that do not fit).
 * Handles are looked up anew at each discovery, since GPUs fall off and MIG devices come and go.
 */
export const createNvmlReader = (
  library: NativeLibrary,
  { monotonicMs }: { monotonicMs: () => number },
): NativeReader => {
  const nvml = nvmlFunctions(library);
  if (nvml.init() === null) throw new Error('NVML could not be initialised: nvmlInit_v2 failed');
  const gpm = createGpm(library);
  const rates = createRates({ monotonicMs });
  const events = createNvmlEvents(library);
  let devices: Device[] = devicesOf(nvml);
  events.register(devices.filter(({ isMig }) => !isMig));
  return {
    vendor: 'nvidia',
    discover: () => {
      devices = devicesOf(nvml);
      events.register(devices.filter(({ isMig }) => !isMig));
      return devices.map((device) => describe(nvml, device));
    },
    sample: () =>
      devices.map((device) =>
        device.isMig ? sampleMig(nvml, device) : sampleGpu(nvml, { gpm, rates }, device),
      ),
    faults: (timeoutMs) => events.wait(timeoutMs),
    close: () => {
      nvml.shutdown();
    },
  };
};
