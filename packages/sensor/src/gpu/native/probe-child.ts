/*
 * The process that calls a vendor's library: `probe-child.ts VENDOR LIBRARY …`. A library that hangs or crashes takes
 * this process down, and the sensor goes on. It ends when the sensor's end of the channel closes.
 */
import { Value } from 'typebox/value';
import { openLibrary, type NativeLibrary } from './bind.ts';
import type { Vendor } from './libraries.ts';
import { Question, type ProbeMessage } from './messages.ts';
import { createNvmlReader } from './nvml-reader.ts';
import type { NativeReader } from './reader.ts';
import { createRsmiReader } from './rsmi-reader.ts';
import { createZesReader } from './zes-reader.ts';

const faultWaitMs = 1000;
const monotonicMs = (): number => performance.now();

const readers: Readonly<Record<Vendor, (library: NativeLibrary) => NativeReader>> = {
  nvidia: (library) => createNvmlReader(library, { monotonicMs }),
  amd: (library) => createRsmiReader(library),
  intel: (library) => createZesReader(library, { monotonicMs }),
};
const isVendor = (value: string | undefined): value is Vendor => value !== undefined && value in readers;

const tell = (message: ProbeMessage): void => {
  process.send?.(message);
};

const open = (vendor: Vendor, candidates: readonly string[]): NativeReader | undefined => {
  const library = openLibrary(candidates);
  if (library === undefined) {
    tell({ kind: 'absent', problem: null });
    return undefined;
  }
  try {
    const reader = readers[vendor](library);
    tell({ kind: 'ready', library: library.path });
    return reader;
  } catch (error) {
    tell({
      kind: 'absent',
      problem: error instanceof Error ? error.message : 'The library does not come up',
    });
    return undefined;
  }
};

const watchFaults = async ({ faults: wait }: NativeReader): Promise<void> => {
  if (wait === undefined) return;
  while (process.connected) {
    const startedMs = monotonicMs();
    const faults = await wait(faultWaitMs).catch(() => []);
    if (faults.length > 0) tell({ kind: 'faults', faults: [...faults] });
    // A driver without event sets answers at once: no busy loop.
    else if (monotonicMs() - startedMs < faultWaitMs / 2)
      await new Promise((resolve) => setTimeout(resolve, faultWaitMs));
  }
};

const [vendor, ...candidates] = process.argv.slice(2);
if (!isVendor(vendor)) throw new Error('A vendor must be named: nvidia, amd or intel');
process.once('disconnect', () => process.exit(0));
const reader = open(vendor, candidates);
if (reader === undefined) process.disconnect?.();
else {
  process.on('message', (message: unknown) => {
    if (!Value.Check(Question, message)) return;
    if (message.ask === 'discover') tell({ kind: 'gpus', id: message.id, gpus: [...reader.discover()] });
    else
      tell({
        kind: 'samples',
        id: message.id,
        samples: reader.sample().map(({ uuid, metrics }) => ({ uuid, metrics: { ...metrics } })),
      });
  });
  await watchFaults(reader);
}
