import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive } from '../platform/database/embedded/process-identity.ts';
import { silentLog, startEmbeddedPostgres } from '../platform/database/index.ts';

/** True for a directory whose test run was killed; one without a lock is just being made. */
const isAbandoned = (directory: string): boolean => {
  try {
    const pid = Number(readFileSync(join(directory, 'server.lock'), 'utf8').split('\n')[0]);
    return !isAlive(pid);
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
