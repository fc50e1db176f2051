import type { NativeLibrary } from './bind.ts';

/** nvmlGpmMetricId_t: what GPU Performance Monitoring (Hopper and later) tells between two samples. */
const metricIds = { tensor: 5, memoryBandwidth: 10, pcieTx: 20, pcieRx: 21 } as const;
export type GpmReading = Readonly<Record<keyof typeof metricIds, number | null>>;
export const noGpmReading: GpmReading = { tensor: null, memoryBandwidth: null, pcieTx: null, pcieRx: null };

/** nvmlGpmMetricsGet_t: version, number, two samples, then metrics of 40 bytes. */
const headBytes = 24;
const metricBytes = 40;

interface Samples {
  previous: unknown;
  current: unknown;
  filled: boolean;
}

/** Reads GPM metrics of one GPU: each call tells what happened since the call before. Percent, and bytes a second. */
export const createGpm = (library: NativeLibrary) => {
  const support = library.bind('nvmlGpmQueryDeviceSupport', [{ in: 'void *' }, { in: 'void *' }]);
  const allocate = library.bind('nvmlGpmSampleAlloc', [{ out: 'void *' }]);
  const take = library.bind('nvmlGpmSampleGet', [{ in: 'void *' }, { in: 'void *' }]);
  const get = library.bind('nvmlGpmMetricsGet', [{ in: 'void *' }]);
  const byDevice = new Map<string, Samples | null>();
  const open = (device: unknown): Samples | null => {
    const question = Buffer.alloc(8);
    question.writeUInt32LE(1, 0);
    if (support(device, question) === null || question.readUInt32LE(4) !== 1) return null;
    const [previous] = allocate() ?? [];
    const [current] = allocate() ?? [];
    return previous === undefined || current === undefined ? null : { previous, current, filled: false };
  };
  const compute = ({ previous, current }: Samples): GpmReading => {
    const ids = Object.values(metricIds);
    const buffer = Buffer.alloc(headBytes + metricBytes * ids.length);
    buffer.writeUInt32LE(1, 0);
    buffer.writeUInt32LE(ids.length, 4);
    buffer.writeBigUInt64LE(library.addressOf(previous), 8);
    buffer.writeBigUInt64LE(library.addressOf(current), 16);
    ids.forEach((id, index) => buffer.writeUInt32LE(id, headBytes + index * metricBytes));
    if (get(buffer) === null) return noGpmReading;
    const value = (index: number, scale: number): number | null => {
      const at = headBytes + index * metricBytes;
      return buffer.readUInt32LE(at + 4) === 0 ? buffer.readDoubleLE(at + 8) * scale : null;
    };
    const mebibyte = 1_048_576;
    return {
      tensor: value(0, 1),
      memoryBandwidth: value(1, 1),
      pcieTx: value(2, mebibyte),
      pcieRx: value(3, mebibyte),
    };
  };
  return {
    read: (uuid: string, device: unknown): GpmReading => {
      const known = byDevice.get(uuid);
      const samples = known === undefined ? open(device) : known;
      if (known === undefined) byDevice.set(uuid, samples);
      if (samples === null || take(device, samples.current) === null) return noGpmReading;
      const reading = samples.filled ? compute(samples) : noGpmReading;
      [samples.previous, samples.current, samples.filled] = [samples.current, samples.previous, true];
      return reading;
    },
  };
};
export type Gpm = ReturnType<typeof createGpm>;
