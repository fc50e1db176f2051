import { charArray, structOf, type NativeLibrary, type Parameter } from './bind.ts';

const device: Parameter = { in: 'void *' };
const u32: Parameter = { out: 'uint32_t' };
const u64: Parameter = { out: 'uint64_t' };
const given: Parameter = { in: 'int' };
const text = (length: number): Parameter => ({ text: length, length: 'uint32_t' });

/** Fields of `nvmlDeviceGetFieldValues`, from nvml.h. */
export const fieldIds = { memoryTemperature: 82, nvlinkDataTx: 138, nvlinkDataRx: 139 } as const;
/** All NVLinks of a GPU together, as the scope of a field. */
export const allLinks = 0xffff_ffff;

/**
 * The functions of NVML that the sensor uses, as nvml.h declares them (NVML API 12). Those that a driver lacks
 * answer null, as those do that a GPU does not support.
 */
export const nvmlFunctions = (library: NativeLibrary) => {
  const bind = library.bind;
  const pci = structOf({
    busIdLegacy: charArray(16),
    ...{ domain: 'uint32_t', bus: 'uint32_t', device: 'uint32_t' },
    ...{ pciDeviceId: 'uint32_t', pciSubSystemId: 'uint32_t' },
    busId: charArray(32),
  });
  const memory = structOf({ total: 'uint64_t', free: 'uint64_t', used: 'uint64_t' });
  const utilization = structOf({ gpu: 'uint32_t', memory: 'uint32_t' });
  return {
    init: bind('nvmlInit_v2', []),
    shutdown: bind('nvmlShutdown', []),
    driverVersion: bind('nvmlSystemGetDriverVersion', [text(80)]),
    count: bind('nvmlDeviceGetCount_v2', [u32]),
    handle: bind('nvmlDeviceGetHandleByIndex_v2', [{ in: 'uint32_t' }, { out: 'void *' }]),
    uuid: bind('nvmlDeviceGetUUID', [device, text(96)]),
    name: bind('nvmlDeviceGetName', [device, text(96)]),
    pci: bind('nvmlDeviceGetPciInfo_v3', [device, { out: pci }]),
    vbios: bind('nvmlDeviceGetVbiosVersion', [device, text(32)]),
    capability: bind('nvmlDeviceGetCudaComputeCapability', [device, { out: 'int' }, { out: 'int' }]),
    memory: bind('nvmlDeviceGetMemoryInfo', [device, { out: memory }]),
    utilization: bind('nvmlDeviceGetUtilizationRates', [device, { out: utilization }]),
    temperature: bind('nvmlDeviceGetTemperature', [device, given, u32]),
    power: bind('nvmlDeviceGetPowerUsage', [device, u32]),
    powerLimit: bind('nvmlDeviceGetEnforcedPowerLimit', [device, u32]),
    energy: bind('nvmlDeviceGetTotalEnergyConsumption', [device, u64]),
    clock: bind('nvmlDeviceGetClockInfo', [device, given, u32]),
    fan: bind('nvmlDeviceGetFanSpeed', [device, u32]),
    pcieThroughput: bind('nvmlDeviceGetPcieThroughput', [device, given, u32]),
    pcieReplays: bind('nvmlDeviceGetPcieReplayCounter', [device, u32]),
    throttleReasons: bind('nvmlDeviceGetCurrentClocksThrottleReasons', [device, u64]),
    eccMode: bind('nvmlDeviceGetEccMode', [device, u32, u32]),
    eccErrors: bind('nvmlDeviceGetTotalEccErrors', [device, given, given, u64]),
    remappedRows: bind('nvmlDeviceGetRemappedRows', [device, u32, u32, u32, u32]),
    migMode: bind('nvmlDeviceGetMigMode', [device, u32, u32]),
    maxMigDevices: bind('nvmlDeviceGetMaxMigDeviceCount', [device, u32]),
    migDevice: bind('nvmlDeviceGetMigDeviceHandleByIndex', [device, { in: 'uint32_t' }, { out: 'void *' }]),
    fieldValues: library.raw('nvmlDeviceGetFieldValues', 'int', ['void *', 'int', 'void *']),
    computeProcesses: library.raw('nvmlDeviceGetComputeRunningProcesses_v3', 'int', [
      'void *',
      'void *',
      'void *',
    ]),
  };
};
export type NvmlFunctions = ReturnType<typeof nvmlFunctions>;
