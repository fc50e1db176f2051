import { accessSync, constants, readdirSync, readFileSync } from 'node:fs';
import { arch, availableParallelism, hostname, totalmem } from 'node:os';
import { join } from 'node:path';
import type { RuntimeNode, RuntimePool, WorkloadType } from '../port.ts';

const searchPath = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** The program's path on this host, where ordinary systems keep programs. */
export const findProgram = (name: string): string | undefined => {
  for (const directory of searchPath) {
    const path = join(directory, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not there.
    }
  }
  return undefined;
};

export interface HostGpu {
  /** The number in /dev/nvidiaN. */
  readonly minor: string;
  readonly uuid: string;
  readonly model: string;
}

/** Where NVIDIA's driver tells of its GPUs and keeps their devices. */
export interface GpuPlaces {
  readonly driver: string;
  readonly devices: string;
}
export const hostGpuPlaces: GpuPlaces = { driver: '/proc/driver/nvidia/gpus', devices: '/dev' };

/** NVIDIA's GPUs as their kernel driver tells of them; none where there is no driver. */
export const readGpus = ({ driver }: Pick<GpuPlaces, 'driver'>): readonly HostGpu[] => {
  try {
    return readdirSync(driver).flatMap((slot) => {
      const text = readFileSync(join(driver, slot, 'information'), 'utf8');
      const field = (name: string): string | undefined =>
        new RegExp(`^${name}:\\s*(.+)$`, 'm').exec(text)?.[1]?.trim();
      const minor = field('Device Minor');
      return minor === undefined
        ? []
        : [{ minor, uuid: field('GPU UUID') ?? '', model: field('Model') ?? 'unknown' }];
    });
  } catch {
    return [];
  }
};

const plain = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/** Whether whole words of the model, one after the other, are the name: an L40S is no L4. */
const isNamed = (model: string, gpuType: string): boolean => {
  const words = model
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  const wanted = plain(gpuType);
  return words.some((_word, from) =>
    words.some((_last, to) => to >= from && words.slice(from, to + 1).join('') === wanted),
  );
};

/** The type of the table that a model belongs to: the longest name that the model's holds. */
export const typeOfModel = (model: string, types: readonly WorkloadType[]): string | undefined =>
  types
    .filter(({ kind, vendor, gpuType }) => kind === 'gpu' && vendor === 'nvidia' && isNamed(model, gpuType))
    .sort((a, b) => b.gpuType.length - a.gpuType.length)[0]?.gpuType;

const cpuType = arch() === 'arm64' ? 'cpu-arm' : 'cpu-x86';
const mebibyte = 1024 * 1024;

/** This host as a node: its GPUs by type, and slots of the CPU type of its architecture. */
export const describeHost = (
  types: readonly WorkloadType[],
  gpus: readonly HostGpu[],
  problem: string | null,
): RuntimeNode => {
  const byType = Map.groupBy(gpus, ({ model }) => typeOfModel(model, types));
  const pools: RuntimePool[] = [...byType].flatMap(([gpuType, all]) =>
    gpuType === undefined
      ? []
      : [{ gpuType, total: all.length, usedByOthers: 0, deviceIds: all.map(({ minor }) => minor) }],
  );
  const cpu = types.find(({ gpuType }) => gpuType === cpuType);
  if (cpu !== undefined)
    pools.push({ gpuType: cpu.gpuType, total: cpu.slotsPerNode, usedByOthers: 0, deviceIds: null });
  return {
    name: nodeName(),
    ready: problem === null,
    unschedulableReason: problem,
    pools,
    cpuMillis: availableParallelism() * 1000,
    memoryMib: Math.floor(totalmem() / mebibyte),
  };
};

export const nodeName = (): string => {
  const name = hostname().replaceAll(/[^A-Za-z0-9._-]/g, '-');
  return /^[A-Za-z0-9]/.test(name) ? name : 'localhost';
};
