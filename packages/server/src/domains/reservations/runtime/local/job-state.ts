import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  readlinkSync,
  readSync,
  readdirSync,
} from 'node:fs';
import { join } from 'node:path';
import type { JobPlace } from './layout.ts';

/**
 * Reads the beginning or the end of a file that the job may have made something else of: links are not followed, and no
 * more is read.
 */
export const readUntrusted = (
  path: string,
  { maxBytes = 4096, from = 'start' }: { readonly maxBytes?: number; readonly from?: 'start' | 'end' } = {},
): string | undefined => {
  let descriptor: number | undefined;
  try {
    if (!lstatSync(path).isFile()) return undefined;
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const facts = fstatSync(descriptor);
    // Looked at again: between the two looks it may have become something else.
    if (!facts.isFile()) return undefined;
    const buffer = Buffer.alloc(maxBytes);
    const at = from === 'start' ? 0 : Math.max(0, facts.size - maxBytes);
    return buffer.toString('utf8', 0, readSync(descriptor, buffer, 0, maxBytes, at));
  } catch {
    return undefined;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
};

const readOwn = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};

/** The fields of a process's stat line: its number and when it started, in ticks since boot. */
const identityIn = (stat: string): { pid: number; startedTicks: string } | undefined => {
  const pid = Number(stat.split(' ', 1)[0]);
  const startedTicks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  return Number.isSafeInteger(pid) && startedTicks !== undefined ? { pid, startedTicks } : undefined;
};

/** Whether the process that the supervisor noted runs: its number, start and boot are the same, and it is no zombie. */
const supervisorRuns = (text: string): boolean => {
  const [stat = '', boot = ''] = text.split('\n');
  const noted = identityIn(stat);
  if (noted === undefined || boot.trim() !== readOwn('/proc/sys/kernel/random/boot_id')?.trim()) return false;
  const now = readOwn(`/proc/${noted.pid}/stat`);
  if (now === undefined || now.slice(now.lastIndexOf(')') + 1, now.lastIndexOf(')') + 4).includes(' Z '))
    return false;
  return identityIn(now)?.startedTicks === noted.startedTicks;
};

/**
 * What is left of a job on this host. `none`: never started, or removed. `starting`: the supervisor is there, the
 * sandbox not yet. `running`: with the host's number of the sandbox's first process. `ended`: with the exit code, null
 * where the supervisor was killed before it could note it.
 */
export type JobState =
  | { readonly kind: 'none' }
  | { readonly kind: 'starting' }
  | { readonly kind: 'running'; readonly firstPid: number; readonly ready: boolean }
  | { readonly kind: 'ended'; readonly exitCode: number | null };

export const readState = (place: JobPlace): JobState => {
  const exit = readOwn(place.exit);
  if (exit !== undefined) return { kind: 'ended', exitCode: Number.parseInt(exit, 10) };
  if (!existsSync(place.started)) return { kind: 'none' };
  const supervisor = readOwn(place.supervisor);
  if (supervisor === undefined) {
    // Between two lines of the supervisor, or it was killed there: then nothing of it runs.
    const ageMs = Date.now() - lstatSync(place.started).mtimeMs;
    return ageMs < 10_000 ? { kind: 'starting' } : { kind: 'ended', exitCode: null };
  }
  const runs = supervisorRuns(supervisor);
  const firstPid = Number(/"child-pid":\s*(\d+)/.exec(readOwn(place.info) ?? '')?.[1]);
  if (!runs) {
    const late = readOwn(place.exit);
    return { kind: 'ended', exitCode: late === undefined ? null : Number.parseInt(late, 10) };
  }
  if (!Number.isSafeInteger(firstPid)) return { kind: 'starting' };
  return { kind: 'running', firstPid, ready: readUntrusted(join(place.run, 'ready')) !== undefined };
};

const namespaceOf = (pid: number | string): string | undefined => {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return undefined;
  }
};

/** Host numbers of all processes of the sandbox. */
export const processesOf = (firstPid: number): readonly number[] => {
  const namespace = namespaceOf(firstPid);
  if (namespace === undefined || namespace === namespaceOf('self')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && namespaceOf(name) === namespace)
    .map(Number);
};

/** Shells that hang on a terminal of ours, whichever process of this host opened it. */
export const terminalsIn = (firstPid: number): number =>
  processesOf(firstPid).filter((pid) => {
    const [, script] = (readOwn(`/proc/${pid}/cmdline`) ?? '').split('\0');
    return script === '/job/lib/terminal-helper.ts';
  }).length;

const ticksPerSecond = 100;

/** Seconds of CPU that the sandbox's processes used, with those of their children that are over. */
export const cpuSecondsOf = (firstPid: number): number => {
  let ticks = 0;
  for (const pid of processesOf(firstPid)) {
    const stat = readOwn(`/proc/${pid}/stat`);
    const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? [];
    for (const field of [11, 12, 13, 14]) ticks += Number(fields[field] ?? 0);
  }
  return ticks / ticksPerSecond;
};

/** Connections to a local port that are open now. */
export const connectionsTo = (port: number): number => {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const established = '01';
  return ['/proc/net/tcp', '/proc/net/tcp6'].reduce((count, path) => {
    const lines = (readOwn(path) ?? '').split('\n').slice(1);
    return (
      count +
      lines.filter((line) => {
        const [, local = '', , state] = line.trim().split(/\s+/);
        return state === established && local.endsWith(wanted);
      }).length
    );
  }, 0);
};
