import { join } from 'node:path';
import type { KernelCall } from '../parse.ts';
import { placeIn, type Place } from './container.ts';
import type { Digests } from './digests.ts';
import { pidsIn, readLink, readProc, stampOf } from './read-proc.ts';

/** What is known of one process. */
export interface ProcessFacts {
  readonly startedNs: number | undefined;
  executable: string | undefined;
  /** Known, or being made. */
  digest: string | Promise<string | undefined> | undefined;
  place: Place;
  command: string;
}

const maxProcesses = 8192;
const maxGroups = 1024;
const deleted = ' (deleted)';

/** The last part of a path, without what the kernel adds to files that are gone. */
const baseOf = (path: string): string => {
  const whole = path.endsWith(deleted) ? path.slice(0, -deleted.length) : path;
  return whole.slice(whole.lastIndexOf('/') + 1);
};

/** The path of a program that was just started: /proc says it unless the process went on; then the kernel's own words. */
export const executableOf = (
  link: string | undefined,
  call: KernelCall,
  cwd: () => string | undefined,
): string | undefined => {
  const { fileName, text } = call;
  if (link !== undefined && (fileName === undefined || baseOf(link) === fileName)) return link;
  if (fileName?.startsWith('memfd:') === true) return `/${fileName}${deleted}`;
  if (text?.startsWith('/') === true && (fileName === undefined || baseOf(text) === fileName)) return text;
  if (text === undefined || text === '' || text.startsWith('/')) return fileName;
  const folder = cwd();
  return folder === undefined ? fileName : join(folder, text);
};

const keep = (known: Map<number, ProcessFacts>, pid: number, facts: ProcessFacts): ProcessFacts => {
  known.delete(pid);
  const oldest = known.size >= maxProcesses ? known.keys().next().value : undefined;
  if (oldest !== undefined) known.delete(oldest);
  known.set(pid, facts);
  return facts;
};

/** How processes are called when the sensor comes: of one that was just ended, /proc tells nothing any more. */
const namesNow = (proc: string): ReadonlyMap<number, string> => {
  const names = new Map<number, string>();
  for (const pid of pidsIn(proc)) {
    const name = readProc(join(proc, String(pid), 'comm'), 64)?.trimEnd();
    if (name !== undefined) names.set(pid, name);
  }
  return names;
};

/** Facts of processes by pid: read once, again at each start of a program, and bounded. */
export const createProcesses = ({ proc, digests }: { readonly proc: string; readonly digests: Digests }) => {
  const known = new Map<number, ProcessFacts>();
  /** Places by control group: a process that is gone already was in the same one as others. */
  const groups = new Map<number, Place>();

  const names = namesNow(proc);

  const placeOf = (pid: number, parentPid: number, group: number): Place => {
    const text = readProc(join(proc, String(pid), 'cgroup'));
    if (text === undefined) return groups.get(group) ?? known.get(parentPid)?.place ?? {};
    const place = placeIn(text);
    // 1 is the root of the hierarchy: with version 1 every process is in it.
    if (group > 1) {
      if (groups.size >= maxGroups) groups.clear();
      groups.set(group, place);
    }
    return place;
  };

  return {
    /** The facts at a call. A start of a program makes them new. */
    at: (call: KernelCall, isStart: boolean): ProcessFacts => {
      const { pid, parentPid, startedNs, command, cgroup } = call;
      const before = known.get(pid);
      const isSame = before !== undefined && (startedNs === undefined || before.startedNs === startedNs);
      if (isSame && !isStart) {
        before.command = command;
        return before;
      }
      const folder = join(proc, String(pid));
      const link = readLink(join(folder, 'exe'));
      const cwd = (): string | undefined =>
        readLink(join(folder, 'cwd')) ?? readLink(join(proc, String(parentPid), 'cwd'));
      const executable = isStart ? executableOf(link, call, cwd) : (link ?? known.get(parentPid)?.executable);
      return keep(known, pid, {
        startedNs: startedNs ?? before?.startedNs,
        executable,
        digest: link !== undefined && link === executable ? digests(join(folder, 'exe')) : undefined,
        place: isSame ? before.place : placeOf(pid, parentPid, cgroup),
        command,
      });
    },
    /** How a process is called now, or was when it was last seen. */
    commandOf: (pid: number): string | undefined =>
      readProc(join(proc, String(pid), 'comm'), 64)?.trimEnd() ?? known.get(pid)?.command ?? names.get(pid),
    /** How long ago the running program's file changed. */
    ageOf: (pid: number, nowMs: number): number | undefined => {
      const file = stampOf(join(proc, String(pid), 'exe'));
      return file === undefined ? undefined : Math.max(0, Math.round((nowMs - file.changedMs) / 1000));
    },
    size: (): number => known.size,
  };
};
export type Processes = ReturnType<typeof createProcesses>;
