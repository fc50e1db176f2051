import { closeSync, openSync, readdirSync, readlinkSync, readSync, statSync } from 'node:fs';

/*
 * Facts of a process are read at once and in this thread: it may be gone a moment later, and what /proc answers comes from
 * memory.
 */

const room = 64 * 1024;

/** The first bytes of a file of /proc, or undefined where it is gone or forbidden. */
export const readProc = (path: string, maxBytes = 16_384): string | undefined => {
  try {
    const handle = openSync(path, 'r');
    try {
      const buffer = Buffer.allocUnsafe(Math.min(room, maxBytes));
      return buffer.toString('utf8', 0, readSync(handle, buffer, 0, buffer.length, 0));
    } finally {
      closeSync(handle);
    }
  } catch {
    return undefined;
  }
};

export const readLink = (path: string): string | undefined => {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
};

/** When the file last changed in any way, in milliseconds, and what makes it that file; undefined where it is gone. */
export const stampOf = (
  path: string,
): { readonly stamp: string; readonly changedMs: number; readonly size: number } | undefined => {
  try {
    const { dev, ino, size, mtimeMs, ctimeMs, birthtimeMs } = statSync(path);
    const changedMs = Math.max(mtimeMs, ctimeMs);
    return { stamp: [dev, ino, size, mtimeMs, ctimeMs, birthtimeMs].join(':'), changedMs, size };
  } catch {
    return undefined;
  }
};

/** Field 22 of /proc/PID/stat: when the process started, in clock ticks since boot. The name before may hold anything. */
export const startTicksIn = (stat: string | undefined): number | undefined => {
  const ticks = Number(stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  return Number.isSafeInteger(ticks) && ticks >= 0 ? ticks : undefined;
};

/** More processes than this are not looked at: a look must stay short. */
const maxProcesses = 16_384;

/** Processes of this machine. */
export const pidsIn = (proc: string): readonly number[] => {
  try {
    return readdirSync(proc)
      .filter((name) => /^\d{1,7}$/.test(name))
      .slice(0, maxProcesses)
      .map(Number);
  } catch {
    return [];
  }
};
