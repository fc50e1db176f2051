import { readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive } from '../platform/database/embedded/process-identity.ts';
import { silentLog, startEmbeddedPostgres } from '../platform/database/index.ts';

/**
 * Holds the process id of the test that made a data directory. The server's own lock cannot tell: tests kill servers
 * and start them again, and in between their directory must be left alone by every other run. `tests/support` writes it too.
 */
export const ownerFile = 'test-owner';

export const markOwner = (directory: string): void => {
  writeFileSync(join(directory, ownerFile), String(process.pid));
};

/** True for a directory whose test was killed; one that names no test is not ours to judge. */
const isAbandoned = (directory: string): boolean => {
  try {
    const pid = Number(readFileSync(join(directory, ownerFile), 'utf8'));
    return pid > 0 && !isAlive(pid);
  } catch {
    return false;
  }
};

/** Stops and removes what test runs that were killed left behind: taking the server over is the way to stop it. */
export const clearAbandoned = async (parent: string, names: readonly string[]): Promise<void> => {
  for (const name of names) {
    const directory = join(parent, name);
    if (!isAbandoned(directory)) continue;
    try {
      const left = await startEmbeddedPostgres({ dataDir: directory, log: silentLog, durability: 'off' });
      await left.stop();
      await rm(directory, { recursive: true, force: true });
    } catch {
      // Another run clears it, or it belongs to another user.
    }
  }
};
