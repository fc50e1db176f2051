import { mkdir, open, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Longer than a refresh may take: a lock this old belongs to a process that died. */
export const staleLockMs = 45_000;
const pollMs = 50;

export interface LockOptions {
  readonly path: string;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

const tryCreate = async (path: string): Promise<boolean> => {
  try {
    await (await open(path, 'wx', 0o600)).close();
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
};

const isStale = async (path: string, now: () => number): Promise<boolean> => {
  try {
    return now() - (await stat(path)).mtimeMs > staleLockMs;
  } catch {
    return false;
  }
};

/**
 * Runs `work` while no other process does the same. A refresh token works once: two commands that refresh at the same
 * time would sign each other out. Waits for at most the life of a stale lock, then takes it.
 */
export const withFileLock = async <T>(options: LockOptions, work: () => Promise<T>): Promise<T> => {
  const { path, now, sleep } = options;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const attempts = Math.ceil((staleLockMs + 1000) / pollMs);
  let held = await tryCreate(path);
  for (let attempt = 1; attempt < attempts && !held; attempt += 1) {
    if (await isStale(path, now)) await rm(path, { force: true });
    else await sleep(pollMs);
    held = await tryCreate(path);
  }
  try {
    return await work();
  } finally {
    if (held) await rm(path, { force: true });
  }
};
