import { clean } from '../../clean.ts';
import { boundedMetrics } from '../metrics.ts';
import type { DiscoveredGpu, Sample } from '../source.ts';
import { fieldOf, numberOf, structOf, type NativeLibrary, type Parameter } from './bind.ts';
import { first, firstText } from './nvml-values.ts';
import type { NativeReader } from './reader.ts';

const index: Parameter = { in: 'uint32_t' };
const given: Parameter = { in: 'int' };
const u32: Parameter = { out: 'uint32_t' };
const u64: Parameter = { out: 'uint64_t' };
const i64: Parameter = { out: 'int64_t' };

const mebibyte = 1 / 1_048_576;
const maxGpus = 64;
/** rsmi_gpu_block_t: the unified memory controller, hence the VRAM. */
const memoryBlock = 1;
const [edge, junction, memorySensor] = [0, 1, 2];

/** The functions of ROCm SMI that the sensor uses, as rocm_smi.h declares them. */
const rsmiFunctions = ({ bind }: NativeLibrary) => ({
  init: bind('rsmi_init', [{ in: 'uint64_t' }]),
  shutDown: bind('rsmi_shut_down', []),
  count: bind('rsmi_num_monitor_devices', [u32]),
  uniqueId: bind('rsmi_dev_unique_id_get', [index, u64]),
  name: bind('rsmi_dev_name_get', [index, { text: 256, length: 'size_t' }]),
  vbios: bind('rsmi_dev_vbios_version_get', [index, { text: 64, length: 'uint32_t' }]),
  pci: bind('rsmi_dev_pci_id_get', [index, u64]),
  busy: bind('rsmi_dev_busy_percent_get', [index, u32]),
  memoryBusy: bind('rsmi_dev_memory_busy_percent_get', [index, u32]),
  memoryTotal: bind('rsmi_dev_memory_total_get', [index, given, u64]),
  memoryUsed: bind('rsmi_dev_memory_usage_get', [index, given, u64]),
  temperature: bind('rsmi_dev_temp_metric_get', [index, { in: 'uint32_t' }, given, i64]),
  socketPower: bind('rsmi_dev_current_socket_power_get', [index, u64]),
  averagePower: bind('rsmi_dev_power_ave_get', [index, { in: 'uint32_t' }, u64]),
  powerCap: bind('rsmi_dev_power_cap_get', [index, { in: 'uint32_t' }, u64]),
  energy: bind('rsmi_dev_energy_count_get', [index, u64, { out: 'float' }, u64]),
  fan: bind('rsmi_dev_fan_speed_get', [index, { in: 'uint32_t' }, i64]),
  fanMax: bind('rsmi_dev_fan_speed_max_get', [index, { in: 'uint32_t' }, u64]),
  replays: bind('rsmi_dev_pci_replay_counter_get', [index, u64]),
  errors: bind('rsmi_dev_ecc_count_get', [
    index,
    given,
    // Later versions count deferred errors too; there is room for them.
    { out: structOf({ correctable: 'uint64_t', uncorrectable: 'uint64_t', deferred: 'uint64_t' }) },
  ]),
  eccEnabled: bind('rsmi_dev_ecc_enabled_get', [index, u64]),
});
type Rsmi = ReturnType<typeof rsmiFunctions>;

/** BDFID of rocm_smi.h: domain in the upper 32 bits, then bus, device and function. */
export const addressOfBdf = (bdf: number): string => {
  const low = bdf % 2 ** 32;
  const hex = (value: number, width: number): string => value.toString(16).padStart(width, '0');
  const domain = Math.floor(bdf / 2 ** 32);
  return `${hex(domain, 4)}:${hex((low >>> 8) & 0xff, 2)}:${hex((low >>> 3) & 0x1f, 2)}.${low & 7}`;
};

const uuidOf = (rsmi: Rsmi, gpu: number): string | null => {
  const [unique] = rsmi.uniqueId(gpu) ?? [];
  if ((typeof unique === 'number' || typeof unique === 'bigint') && BigInt(unique) !== 0n)
    return `AMD-${BigInt(unique).toString(16).padStart(16, '0')}`;
  const bdf = first(rsmi.pci(gpu));
  return bdf === null ? null : `PCI-${addressOfBdf(bdf)}`;
};

const sampleGpu = (rsmi: Rsmi, gpu: number): readonly Sample[] => {
  const uuid = uuidOf(rsmi, gpu);
  if (uuid === null) return [];
  const heat = (sensor: number): number | null => first(rsmi.temperature(gpu, sensor, 0), 1e-3);
  const [errors] = rsmi.errors(gpu, memoryBlock) ?? [];
  const [count, resolution] = rsmi.energy(gpu) ?? [];
  const [ticks, microjoules] = [numberOf(count), numberOf(resolution)];
  const [fan, fanMax] = [first(rsmi.fan(gpu, 0)), first(rsmi.fanMax(gpu, 0))];
  const eccMask = first(rsmi.eccEnabled(gpu));
  const metrics = boundedMetrics({
    gpu_utilization: first(rsmi.busy(gpu)),
    memory_bandwidth_utilization: first(rsmi.memoryBusy(gpu)),
    memory_used: first(rsmi.memoryUsed(gpu, 0), mebibyte),
    memory_total: first(rsmi.memoryTotal(gpu, 0), mebibyte),
    // Data-centre cards have no edge sensor.
    temperature: heat(edge) ?? heat(junction),
    memory_temperature: heat(memorySensor),
    power_usage: first(rsmi.socketPower(gpu), 1e-6) ?? first(rsmi.averagePower(gpu, 0), 1e-6),
    power_limit: first(rsmi.powerCap(gpu, 0), 1e-6),
    energy_consumption: ticks === null || microjoules === null ? null : ticks * microjoules * 1e-6,
    fan_speed: fan === null || fanMax === null || fanMax <= 0 ? null : (fan / fanMax) * 100,
    pcie_replays: first(rsmi.replays(gpu)),
    ecc_enabled: eccMask === null ? null : eccMask % 2,
    ecc_corrected: numberOf(fieldOf(errors, 'correctable')),
    ecc_uncorrected: numberOf(fieldOf(errors, 'uncorrectable')),
  });
  return [{ uuid, metrics }];
};

const describe = (rsmi: Rsmi, gpu: number): readonly DiscoveredGpu[] => {
  const [uuid, bdf] = [uuidOf(rsmi, gpu), first(rsmi.pci(gpu))];
  if (uuid === null || bdf === null) return [];
  const vbios = firstText(rsmi.vbios(gpu));
  return [
    {
      vendor: 'amd',
      model: clean(firstText(rsmi.name(gpu)) ?? 'AMD GPU', 128),
      device_id: addressOfBdf(bdf),
      uuid,
      memory_total: Math.round(first(rsmi.memoryTotal(gpu, 0), mebibyte) ?? 0),
      driver_version: null,
      vbios_version: vbios === null ? null : clean(vbios, 64),
      compute_capability: null,
    },
  ];
};

/** AMD GPUs by ROCm SMI. Throws when the library does not come up. */
export const createRsmiReader = (library: NativeLibrary): NativeReader => {
  const rsmi = rsmiFunctions(library);
  if (rsmi.init(0) === null) throw new Error('ROCm SMI could not be initialised: rsmi_init failed');
  const gpus = (): number[] =>
    Array.from({ length: Math.min(first(rsmi.count()) ?? 0, maxGpus) }, (_gpu, number) => number);
  return {
    vendor: 'amd',
    discover: () => gpus().flatMap((gpu) => describe(rsmi, gpu)),
    sample: () => gpus().flatMap((gpu) => sampleGpu(rsmi, gpu)),
    close: () => {
      rsmi.shutDown();
    },
  };
};
