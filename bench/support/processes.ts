import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** One process of this machine, as /proc tells it. */
export interface Process {
  readonly pid: number;
  readonly parentPid: number;
  readonly commandLine: string;
}

export interface Memory {
  /** Resident pages, those that are shared with others included. */
  readonly rssBytes: number;
  /** Resident pages, shared ones divided by how many share them; undefined where the kernel does not tell. */
  readonly pssBytes: number | undefined;
}

const kib = 1024;

const read = (pid: number, file: string): string | undefined => {
  try {
    return readFileSync(join('/proc', String(pid), file), 'utf8');
  } catch {
    // It ended meanwhile, or belongs to somebody else.
    return undefined;
  }
};

const processAt = (pid: number): Process | undefined => {
  const parent = /^PPid:\s+(\d+)/m.exec(read(pid, 'status') ?? '')?.[1];
  if (parent === undefined) return undefined;
  const commandLine = (read(pid, 'cmdline') ?? '').replaceAll('\0', ' ').trim();
  return { pid, parentPid: Number(parent), commandLine };
};

/** `root` and all that it started, directly and indirectly. */
export const processTree = (root: number): readonly Process[] => {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => processAt(Number(name)))
    .filter((each) => each !== undefined);
  const familyOf = (pid: number): Process[] =>
    all.filter(({ parentPid }) => parentPid === pid).flatMap((child) => [child, ...familyOf(child.pid)]);
  return [...all.filter(({ pid }) => pid === root), ...familyOf(root)];
};

const bytesAt = (text: string | undefined, key: string): number | undefined => {
  const found = new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(text ?? '')?.[1];
  return found === undefined ? undefined : Number(found) * kib;
};

/** Memory of one process; 0 when it is gone. */
export const memoryOf = (pid: number): Memory => ({
  rssBytes: bytesAt(read(pid, 'status'), 'VmRSS') ?? 0,
  pssBytes: bytesAt(read(pid, 'smaps_rollup'), 'Pss'),
});

// What the kernel counts /proc/<pid>/stat in; 100 a second on every Linux that Node runs on.
const ticksPerSecond = 100;

/** CPU time that a process has used so far, in milliseconds; 0 when it is gone. */
export const cpuMsOf = (pid: number): number => {
  // The command's name may hold anything but ends with the last parenthesis.
  const fields = (read(pid, 'stat') ?? '').split(') ').pop()?.split(' ') ?? [];
  return ((Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / ticksPerSecond) * 1000;
};
