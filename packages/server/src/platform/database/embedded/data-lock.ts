import { link, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { identify, stillRuns } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';

export interface DataLock {
  release(): Promise<void>;
}

/** Another live server keeps this data directory. */
export class DataDirectoryInUse extends Error {
  readonly kind = 'data_directory_in_use';
  readonly pid: number;

  constructor(directory: string, pid: number) {
    super(
      `The data directory ${directory} is in use by the GPUShield server with process id ${pid}. Stop that server ` +
        'first, or give this one another directory (GPUSHIELD_DATA_DIR).',
    );
    this.name = 'DataDirectoryInUse';
    this.pid = pid;
  }
}

const parseOwner = (text: string): ProcessIdentity | undefined => {
  const [pid, startedAt] = text.trim().split('\n');
  const number = Number(pid);
  if (!Number.isSafeInteger(number) || number <= 0) return undefined;
  return startedAt === undefined ? { pid: number } : { pid: number, startedAt };
};

const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;

// Each turn removes one stale lock; more turns than this means that something keeps making them.
const maxTurns = 20;

/** Takes `server.lock` in `directory`. Throws `DataDirectoryInUse` when a live process holds it. */
export const takeDataLock = async (directory: string): Promise<DataLock> => {
  const path = join(directory, 'server.lock');
  const mine = identify(process.pid);
  const text = `${mine.pid}\n${mine.startedAt ?? ''}`.trim();
  // Written apart and linked into place, so that nobody ever reads a half-written lock.
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, text, { mode: 0o600, flag: 'wx' });
  try {
    for (let turn = 0; turn < maxTurns; turn += 1) {
      try {
        await link(draft, path);
        return { release: () => releaseLock(path, text) };
      } catch (error) {
        if (!isCode(error, 'EEXIST')) throw error;
      }
      await removeStale(path, directory);
    }
    throw new Error(`The lock ${path} could not be taken`);
  } finally {
    await unlink(draft).catch(() => undefined);
  }
};

const readLock = (path: string): Promise<string | undefined> => readFile(path, 'utf8').catch(() => undefined);

const removeStale = async (path: string, directory: string): Promise<void> => {
  const held = await readLock(path);
  if (held === undefined) return;
  const owner = parseOwner(held);
  if (owner !== undefined && stillRuns(owner)) throw new DataDirectoryInUse(directory, owner.pid);
  const aside = `${path}.stale-${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (isCode(error, 'ENOENT')) return;
    throw error;
  }
  // Between reading and renaming another starter may have put its own lock there: give it back.
  if ((await readLock(aside)) !== held) await link(aside, path).catch(() => undefined);
  await unlink(aside).catch(() => undefined);
};

const releaseLock = async (path: string, text: string): Promise<void> => {
  if ((await readLock(path)) === text) await unlink(path).catch(() => undefined);
};
