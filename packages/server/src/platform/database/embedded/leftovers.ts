import { readdirSync, realpathSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from './process-identity.ts';

// Processes that lost their main process end by themselves as soon as they look up from their work.
const patienceMs = 2_000;
const pollMs = 50;

const listPids = (): readonly number[] => {
  try {
    return readdirSync('/proc').map(Number).filter(Number.isSafeInteger);
  } catch {
    // No `/proc` here: nothing is known of other processes, and the caller goes on trying.
    return [];
  }
};

/** The PostgreSQL processes that work in a cluster. */
const processesOf = (cluster: string): readonly number[] =>
  listPids().filter((pid) => {
    const found = inspect(pid);
    // A program that was replaced by an upgrade is shown as "… (deleted)".
    return found?.cwd === cluster && /\/postgres( \(deleted\))?$/.test(found.executable);
  });

/**
 * Ends the processes of a PostgreSQL whose main process is gone: while they hold its shared memory no other may start.
 * They get some time to end by themselves; one that is stuck is killed, as PostgreSQL's own crash handling would.
 */
export const endLeftovers = async (cluster: string): Promise<readonly number[]> => {
  const directory = realpathSync(cluster);
  for (let waited = 0; waited < patienceMs; waited += pollMs) {
    if (processesOf(directory).length === 0) return [];
    await sleep(pollMs);
  }
  const stuck = processesOf(directory);
  for (const pid of stuck) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended meanwhile.
    }
  }
  return stuck;
};
