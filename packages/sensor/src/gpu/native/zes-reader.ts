import { clean } from '../../clean.ts';
import type { DiscoveredGpu } from '../source.ts';
import { fieldOf, numberOf, type NativeLibrary } from './bind.ts';
import { createRates } from './rates.ts';
import type { NativeReader } from './reader.ts';
import { structTypes, zesFunctions, type ZesFunctions } from './zes-functions.ts';
import { enumerateHandles } from './zes-handles.ts';
import { partsOf, sampleZes, type ZesDevice } from './zes-sample.ts';

/** ze_device_type_t: a GPU. */
const gpuType = 1;
const maxGpus = 64;

const addressOf = (zes: ZesFunctions, device: unknown): string | null => {
  const [properties] = zes.pciProperties(device, { stype: structTypes.pciProperties }) ?? [];
  const part = (name: string): number | null => numberOf(fieldOf(fieldOf(properties, 'address'), name));
  const [domain, bus] = [part('domain'), part('bus')];
  const [slot, fn] = [part('device'), part('function')];
  if (domain === null || bus === null || slot === null || fn === null) return null;
  const hex = (value: number, width: number): string => value.toString(16).padStart(width, '0');
  return `${hex(domain, 4)}:${hex(bus, 2)}:${hex(slot, 2)}.${fn}`;
};

const text = (value: unknown, name: string): string | null => {
  const found = fieldOf(value, name);
  // What a driver does not know it calls "unknown".
  return typeof found === 'string' && found !== '' && found.toLowerCase() !== 'unknown' ? found : null;
};

interface Found extends ZesDevice {
  readonly description: DiscoveredGpu;
}

const find = (library: NativeLibrary, zes: ZesFunctions): Found[] => {
  const enumerate = enumerateHandles(library);
  const devices = enumerate('zesDriverGet').flatMap((driver) => enumerate('zesDeviceGet', driver));
  return devices.slice(0, maxGpus).flatMap((device) => {
    const [properties] = zes.deviceProperties(device, { stype: structTypes.deviceProperties }) ?? [];
    const core = fieldOf(properties, 'core');
    const address = addressOf(zes, device);
    if (numberOf(fieldOf(core, 'type')) !== gpuType || address === null) return [];
    const parts = partsOf(zes, enumerate, device);
    const bytes = parts.memories.map((memory) =>
      numberOf(fieldOf(zes.memoryState(memory, { stype: structTypes.memoryState })?.[0], 'size')),
    );
    const uuid = `PCI-${address}`;
    const driver = text(properties, 'driverVersion');
    const description: DiscoveredGpu = {
      vendor: 'intel',
      model: clean(text(core, 'name') ?? text(properties, 'modelName') ?? 'Intel GPU', 128),
      device_id: address,
      uuid,
      memory_total: Math.round(bytes.reduce<number>((sum, size) => sum + (size ?? 0), 0) / 1_048_576),
      driver_version: driver === null ? null : clean(driver, 64),
      vbios_version: null,
      compute_capability: null,
    };
    return [{ device, uuid, description, ...parts }];
  });
};

/** Intel GPUs by Level Zero Sysman. Throws when it does not come up. GPUs are named by their place on the bus, as sysfs does. */
export const createZesReader = (
  library: NativeLibrary,
  { monotonicMs }: { monotonicMs: () => number },
): NativeReader => {
  const zes = zesFunctions(library);
  if (zes.init(0) === null) throw new Error('Level Zero Sysman could not be initialised: zesInit failed');
  const rates = createRates({ monotonicMs });
  let gpus = find(library, zes);
  return {
    vendor: 'intel',
    discover: () => {
      gpus = find(library, zes);
      return gpus.map(({ description }) => description);
    },
    sample: () => gpus.map((gpu) => sampleZes(zes, rates, gpu)),
    close: () => undefined,
  };
};
