import { charArray, arrayOf, structOf, type NativeLibrary, type Parameter } from './bind.ts';

const handle: Parameter = { in: 'void *' };

/** zes_structure_type_t. Every struct starts with its type and a pointer to extensions. */
export const structTypes = {
  deviceProperties: 0x1,
  pciProperties: 0x2,
  engineProperties: 0x5,
  frequencyProperties: 0x9,
  rasProperties: 0xf,
  temperatureProperties: 0x14,
  frequencyState: 0x1b,
  memoryState: 0x1e,
  rasState: 0x22,
} as const;

const head = { stype: 'uint32_t', pNext: 'void *' } as const;

const deviceProperties = () => {
  const core = structOf({
    ...head,
    ...{ type: 'uint32_t', vendorId: 'uint32_t', deviceId: 'uint32_t', flags: 'uint32_t' },
    ...{ subdeviceId: 'uint32_t', coreClockRate: 'uint32_t', maxMemAllocSize: 'uint64_t' },
    ...{ maxHardwareContexts: 'uint32_t', maxCommandQueuePriority: 'uint32_t', numThreadsPerEU: 'uint32_t' },
    ...{ physicalEUSimdWidth: 'uint32_t', numEUsPerSubslice: 'uint32_t', numSubslicesPerSlice: 'uint32_t' },
    ...{ numSlices: 'uint32_t', timerResolution: 'uint64_t', timestampValidBits: 'uint32_t' },
    kernelTimestampValidBits: 'uint32_t',
    uuid: arrayOf('uint8_t', 16),
    name: charArray(256),
  });
  return structOf({
    ...head,
    core,
    numSubdevices: 'uint32_t',
    ...{ serialNumber: charArray(64), boardNumber: charArray(64), brandName: charArray(64) },
    ...{ modelName: charArray(64), vendorName: charArray(64), driverVersion: charArray(64) },
  });
};

const pciProperties = () =>
  structOf({
    ...head,
    address: structOf({ domain: 'uint32_t', bus: 'uint32_t', device: 'uint32_t', function: 'uint32_t' }),
    maxSpeed: structOf({ gen: 'int32_t', width: 'int32_t', maxBandwidth: 'int64_t' }),
    ...{ haveBandwidthCounters: 'uint8_t', havePacketCounters: 'uint8_t', haveReplayCounters: 'uint8_t' },
  });

const pciStats = () =>
  structOf({
    ...{ timestamp: 'uint64_t', replayCounter: 'uint64_t', packetCounter: 'uint64_t' },
    ...{ rxCounter: 'uint64_t', txCounter: 'uint64_t' },
    speed: structOf({ gen: 'int32_t', width: 'int32_t', maxBandwidth: 'int64_t' }),
  });

/** Properties of which only the kind is wanted: the kind follows the head, the rest is room enough. */
const kindOnly = () => structOf({ ...head, kind: 'uint32_t', rest: arrayOf('uint8_t', 124) });

/** The functions of Level Zero Sysman that the sensor uses, as zes_api.h declares them (version 1.5 and later). */
export const zesFunctions = ({ bind }: NativeLibrary) => {
  /** Functions that fill a struct which says its own type on the way in. */
  const typed = (name: string, type: ReturnType<typeof structOf>) => bind(name, [handle, { inOut: type }]);
  return {
    init: bind('zesInit', [{ in: 'uint32_t' }]),
    deviceProperties: typed('zesDeviceGetProperties', deviceProperties()),
    pciProperties: typed('zesDevicePciGetProperties', pciProperties()),
    pciStats: bind('zesDevicePciGetStats', [handle, { out: pciStats() }]),
    memoryState: typed(
      'zesMemoryGetState',
      structOf({ ...head, health: 'uint32_t', free: 'uint64_t', size: 'uint64_t' }),
    ),
    memoryBandwidth: bind('zesMemoryGetBandwidth', [
      handle,
      {
        out: structOf({
          ...{ readCounter: 'uint64_t', writeCounter: 'uint64_t' },
          ...{ maxBandwidth: 'uint64_t', timestamp: 'uint64_t' },
        }),
      },
    ]),
    energy: bind('zesPowerGetEnergyCounter', [
      handle,
      { out: structOf({ energy: 'uint64_t', timestamp: 'uint64_t' }) },
    ]),
    temperatureKind: typed('zesTemperatureGetProperties', kindOnly()),
    temperature: bind('zesTemperatureGetState', [handle, { out: 'double' }]),
    engineKind: typed('zesEngineGetProperties', kindOnly()),
    activity: bind('zesEngineGetActivity', [
      handle,
      { out: structOf({ activeTime: 'uint64_t', timestamp: 'uint64_t' }) },
    ]),
    frequencyKind: typed('zesFrequencyGetProperties', kindOnly()),
    frequency: typed(
      'zesFrequencyGetState',
      structOf({
        ...head,
        ...{ currentVoltage: 'double', request: 'double', tdp: 'double', efficient: 'double' },
        ...{ actual: 'double', throttleReasons: 'uint32_t' },
      }),
    ),
    rasKind: typed('zesRasGetProperties', kindOnly()),
    ras: bind('zesRasGetState', [
      handle,
      { in: 'uint8_t' },
      { inOut: structOf({ ...head, category: arrayOf('uint64_t', 7) }) },
    ]),
    processes: bind('zesDeviceProcessesGetState', [handle, { inOut: 'uint32_t' }, { in: 'void *' }]),
  };
};
export type ZesFunctions = ReturnType<typeof zesFunctions>;
