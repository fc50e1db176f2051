import type { GpuFault } from '../source.ts';
import type { NativeLibrary } from './bind.ts';

/** nvmlEventTypeXidCriticalError. */
const xidEvents = 8n;
/** sizeof(nvmlEventData_t): device, type, data, GPU and compute instance. */
const eventBytes = 32;
/** NVML names an Xid that it cannot tell with this number. */
const unknownXid = 999n;

interface Watched {
  readonly device: unknown;
  readonly uuid: string;
  readonly address: string;
}

/**
 * Xids by NVML's event set. The wait runs on a thread of its own. Which GPU it was is told by the pointer in the
 * event, which is compared with the handles' addresses.
 */
export const createNvmlEvents = (library: NativeLibrary) => {
  const create = library.bind('nvmlEventSetCreate', [{ out: 'void *' }]);
  const register = library.bind('nvmlDeviceRegisterEvents', [
    { in: 'void *' },
    { in: 'uint64_t' },
    { in: 'void *' },
  ]);
  const wait = library.rawAsync('nvmlEventSetWait_v2', 'int', ['void *', 'void *', 'uint32_t']);
  const [set] = create() ?? [];
  const watched = new Map<bigint, Watched>();
  return {
    /** Adds GPUs that are not watched yet. */
    register: (gpus: readonly Watched[]): void => {
      if (set === undefined) return;
      for (const gpu of gpus) {
        const address = library.addressOf(gpu.device);
        if (watched.has(address)) continue;
        if (register(gpu.device, xidEvents, set) !== null) watched.set(address, gpu);
      }
    },
    wait: async (timeoutMs: number): Promise<readonly GpuFault[]> => {
      if (set === undefined || wait === undefined || watched.size === 0) return [];
      const data = Buffer.alloc(eventBytes);
      if ((await wait(set, data, timeoutMs)) !== 0) return [];
      const code = data.readBigUInt64LE(16);
      const gpu = watched.get(data.readBigUInt64LE(0));
      if (data.readBigUInt64LE(8) !== xidEvents || code === unknownXid || code > 65_535n) return [];
      return [{ xid: Number(code), deviceId: gpu?.address ?? null }];
    },
  };
};
