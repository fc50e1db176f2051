import { readFileSync, readlinkSync } from 'node:fs';

/** A process that cannot be mistaken for a later one with the same number, where `/proc` tells its start time. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks from boot to the start of the process, and the boot's id; undefined without `/proc`. */
  readonly startedAt?: string;
}

const readText = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};

/** Whether a process with this number exists, whoever owns it. */
export const isAlive = (pid: number): boolean => {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
  // A zombie answers signals but does nothing any more; it stays until its parent looks.
  return !/^\d+ \(.*\) Z /s.test(readText(`/proc/${pid}/stat`) ?? '');
};

const startOf = (pid: number): string | undefined => {
  const stat = readText(`/proc/${pid}/stat`);
  const boot = readText('/proc/sys/kernel/random/boot_id')?.trim();
  // The name in parentheses may hold anything; fields are counted after its end. Start time is field 22.
  const ticks = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  return ticks === undefined ? undefined : `${boot ?? ''}/${ticks}`;
};

export const identify = (pid: number): ProcessIdentity => {
  const startedAt = startOf(pid);
  return startedAt === undefined ? { pid } : { pid, startedAt };
};

/** Whether the process that was identified still runs. */
export const stillRuns = (identity: ProcessIdentity): boolean =>
  isAlive(identity.pid) && (identity.startedAt === undefined || startOf(identity.pid) === identity.startedAt);

/** The working directory and the executable of a process, where `/proc` tells them. */
export const inspect = (pid: number): { cwd: string; executable: string } | undefined => {
  try {
    return { cwd: readlinkSync(`/proc/${pid}/cwd`), executable: readlinkSync(`/proc/${pid}/exe`) };
  } catch {
    return undefined;
  }
};
