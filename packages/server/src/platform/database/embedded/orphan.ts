import { realpathSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { DatabaseLog } from '../log.ts';
import type { Durability } from './server-settings.ts';
import { stopPostmaster, watchPostmaster } from './postmaster.ts';
import type { Postmaster } from './postmaster.ts';
import { postmasterFilePath, readPostmasterFile } from './postmaster-file.ts';
import type { PostmasterFile } from './postmaster-file.ts';
import { inspect, isAlive } from './process-identity.ts';

// An orphan that answers does so at once; one that does not is stopped.
const answerTimeoutMs = 3_000;
// One that its server had just started may be replaying its log: stopping it would only begin that anew.
const becomeReadyMs = 60_000;
const readyPollMs = 20;

export interface OrphanOptions {
  readonly cluster: string;
  readonly postgres: string;
  readonly socketDirectory: string | undefined;
  readonly durability: Durability;
  /** To the superuser's database on the socket that this start would use. */
  readonly adminConnectionString: string;
  readonly log: DatabaseLog;
}

type Finding = 'none' | 'stale' | 'foreign-program' | 'replaceable' | 'adoptable';

/** Pure: what a `postmaster.pid` and the process it names amount to. */
export const judgeOrphan = (facts: {
  file: PostmasterFile | undefined;
  alive: boolean;
  cluster: string;
  postgres: string;
  socketDirectory: string | undefined;
  /** Undefined where the system does not tell. */
  process: { cwd: string; executable: string } | undefined;
}): Finding => {
  if (facts.file === undefined) return 'none';
  if (!facts.alive) return 'stale';
  // The number was given to another program since: a PostgreSQL server's working directory is its cluster.
  if (facts.process !== undefined && facts.process.cwd !== facts.cluster) return 'foreign-program';
  // After an upgrade the old program still runs; its path then ends in " (deleted)" or is another one.
  if (facts.process !== undefined && facts.process.executable !== facts.postgres) return 'replaceable';
  return facts.file.socketDirectory === (facts.socketDirectory ?? '') ? 'adoptable' : 'replaceable';
};

const answers = async (options: OrphanOptions): Promise<boolean> => {
  const client = new pg.Client({
    connectionString: options.adminConnectionString,
    connectionTimeoutMillis: answerTimeoutMs,
    query_timeout: answerTimeoutMs,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ fsync: string }>('SHOW fsync');
    return rows[0]?.fsync === options.durability;
  } catch {
    return false;
  } finally {
    void client.end().catch(() => undefined);
  }
};

const isForeign = (file: PostmasterFile, cluster: string): boolean => {
  const found = inspect(file.pid);
  return found !== undefined && found.cwd !== realpathSync(cluster);
};

/** Waits while an orphan is still starting; answers what its file says then. */
const settled = async (cluster: string): Promise<PostmasterFile | undefined> => {
  const deadline = performance.now() + becomeReadyMs;
  for (;;) {
    const file = await readPostmasterFile(cluster);
    const isStarting = file?.status === undefined || file.status === 'starting';
    if (file === undefined || !isStarting || !isAlive(file.pid) || isForeign(file, cluster)) return file;
    if (performance.now() > deadline) return file;
    await sleep(readyPollMs);
  }
};

// One that was just starting may have put its own file there meanwhile: that is for the next look.
const removeFileOf = async ({ cluster, log }: OrphanOptions, pid: number): Promise<void> => {
  if ((await readPostmasterFile(cluster))?.pid !== pid) return;
  await rm(postmasterFilePath(cluster), { force: true });
  log.warn({ pid }, 'removed the process file of a PostgreSQL that runs no more');
};

/** Looks for a server that outlived its parent: adopts it if it answers, else clears it out of the way. */
export const adoptOrphan = async (options: OrphanOptions): Promise<Postmaster | undefined> => {
  const file = await settled(options.cluster);
  const finding = judgeOrphan({
    file,
    alive: file !== undefined && isAlive(file.pid),
    cluster: realpathSync(options.cluster),
    postgres: realpathSync(options.postgres),
    socketDirectory: options.socketDirectory,
    process: file === undefined ? undefined : inspect(file.pid),
  });
  if (file === undefined || finding === 'none') return undefined;
  if (finding === 'stale' || finding === 'foreign-program') {
    await removeFileOf(options, file.pid);
    return undefined;
  }
  const orphan = watchPostmaster(file.pid);
  if (finding === 'adoptable' && (await answers(options))) {
    options.log.info({ pid: file.pid }, 'took over the PostgreSQL that an earlier server left running');
    return orphan;
  }
  options.log.warn(
    { pid: file.pid },
    'stopping the PostgreSQL that an earlier server left running; it cannot be used',
  );
  await stopPostmaster(orphan);
  return undefined;
};
