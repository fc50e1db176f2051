import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pidsIn, readLink, readProc, startTicksIn } from './facts/read-proc.ts';
import { tickMs } from './facts/boot-time.ts';
import type { KernelCall } from './parse.ts';

/** Descriptors of one process that are looked at for devices. */
const maxDescriptors = 256;
/** How many looks pass between two at programs that changed and at devices: both ask every process. */
const looksBetween = 10;
const gpuDevice = /^\/dev\/(nvidia\d|kfd|dri\/(card|renderD)|dma_heap\/)/;
const nsPerMs = 1e6;

interface Seen {
  readonly ticks: number;
  program: string | undefined;
  readonly devices: Set<string>;
}

const devicesOf = (folder: string): readonly string[] => {
  try {
    return readdirSync(join(folder, 'fd'))
      .slice(0, maxDescriptors)
      .map((fd) => readLink(join(folder, 'fd', fd)))
      .filter((path): path is string => path !== undefined && gpuDevice.test(path));
  } catch {
    return [];
  }
};

const idsIn = (status: string): readonly [number, number] => {
  const found = /^Uid:\s+(\d+)\s+(\d+)/m.exec(status);
  return [Number(found?.[1] ?? 0), Number(found?.[2] ?? 0)];
};

interface Sink {
  readonly proc: string;
  readonly onCall: (call: KernelCall) => void;
}

/** As the kernel would tell it: the same times make it the same process. */
const tell = (
  { proc, onCall }: Sink,
  { pid, ticks, atMs }: { readonly pid: number; readonly ticks: number; readonly atMs: number },
  told: Pick<KernelCall, 'syscall' | 'text'>,
): void => {
  const status = readProc(join(proc, String(pid), 'status'));
  // Gone meanwhile.
  if (status === undefined) return;
  const [uid, euid] = idsIn(status);
  const parentPid = Number(/^PPid:\s+(\d+)/m.exec(status)?.[1] ?? 0);
  const parentTicks = startTicksIn(readProc(join(proc, String(parentPid), 'stat'))) ?? 0;
  onCall({
    ...{ ...told, atNs: atMs * nsPerMs, pid, tid: pid, parentPid, uid, euid, cgroup: 0 },
    startedNs: ticks * tickMs * nsPerMs,
    parentStartedNs: parentTicks * tickMs * nsPerMs,
    command: readProc(join(proc, String(pid), 'comm'), 64)?.trimEnd() ?? '',
    ...{ numbers: {}, exact: {}, isTextCut: false, fileName: undefined, place: undefined },
    ...{ arguments: undefined, areArgumentsCut: false },
  });
};

/**
 * What /proc shows of processes without tracing: new ones, other programs in known ones, and who holds a GPU. A process that
 * lives shorter than the time between two looks is not seen. The first look learns who is there, and tells holders alone.
 */
export const createProcWatch = (sink: Sink) => {
  const { proc } = sink;
  let known = new Map<number, Seen>();
  let looks = 0;

  /** `atMs`: CLOCK_MONOTONIC. */
  return (atMs: number): void => {
    const isFirst = looks === 0;
    const isThorough = looks % looksBetween === 0;
    looks += 1;
    const next = new Map<number, Seen>();
    for (const pid of pidsIn(proc)) {
      const folder = join(proc, String(pid));
      const ticks = startTicksIn(readProc(join(folder, 'stat'), 1024));
      if (ticks === undefined) continue;
      const before = known.get(pid);
      const isNew = before?.ticks !== ticks;
      const seen: Seen = isNew ? { ticks, program: undefined, devices: new Set() } : before;
      next.set(pid, seen);
      if (!isNew && !isThorough) continue;
      const program = readLink(join(folder, 'exe'));
      // Of other users' processes the program may not be readable; that they are new is worth telling all the same.
      if (isNew || (program !== undefined && program !== seen.program)) {
        seen.program = program;
        if (!isFirst) tell(sink, { pid, ticks, atMs }, { syscall: 'execve', text: program });
      }
      if (!isThorough) continue;
      for (const device of devicesOf(folder)) {
        if (seen.devices.has(device)) continue;
        seen.devices.add(device);
        tell(sink, { pid, ticks, atMs }, { syscall: 'openat', text: device });
      }
    }
    known = next;
  };
};
