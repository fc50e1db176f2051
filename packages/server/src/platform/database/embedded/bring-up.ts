import { setTimeout as sleep } from 'node:timers/promises';
import { endLeftovers } from './leftovers.ts';
import { adoptOrphan } from './orphan.ts';
import type { OrphanOptions } from './orphan.ts';
import { launchPostmaster } from './postmaster.ts';
import type { LaunchOptions, Postmaster } from './postmaster.ts';
import { readPostmasterFile } from './postmaster-file.ts';
import { isAlive } from './process-identity.ts';

// What an earlier server left in the way is gone, or has become ready, well within this.
const boundMs = 60_000;
const pauseMs = 100;

/** PostgreSQL's own words for "another one works in this directory", in the language that we start it with. */
const contention = /lock file ".*" already exists|pre-existing shared memory block/;

const isContended = (error: unknown): boolean => error instanceof Error && contention.test(error.message);

const isHeldByLive = async (cluster: string): Promise<boolean> => {
  const file = await readPostmasterFile(cluster);
  return file !== undefined && isAlive(file.pid);
};

/**
 * A PostgreSQL that works in the cluster: the one that a killed server left, else a new one. A server that was killed
 * while it started PostgreSQL leaves one that has not written its process file yet, and one whose main process was killed
 * leaves processes with its shared memory. PostgreSQL itself lets no second one start then, so this looks again until
 * the way is free. Throws what the last try said.
 */
export const bringUp = async (
  orphan: OrphanOptions,
  launch: LaunchOptions,
  ms = boundMs,
): Promise<Postmaster> => {
  const deadline = performance.now() + ms;
  for (;;) {
    const adopted = await adoptOrphan(orphan);
    if (adopted !== undefined) return adopted;
    try {
      return await launchPostmaster(launch);
    } catch (error) {
      if (!isContended(error) || launch.aborted.aborted || performance.now() > deadline) throw error;
      orphan.log.warn(
        { dataDirectory: orphan.cluster },
        'another PostgreSQL is still in this data directory; waiting for it',
      );
      if (!(await isHeldByLive(orphan.cluster))) {
        const killed = await endLeftovers(orphan.cluster);
        if (killed.length > 0)
          orphan.log.warn({ pids: killed }, 'killed what a PostgreSQL without its main process left running');
      }
      await sleep(pauseMs);
    }
  }
};
