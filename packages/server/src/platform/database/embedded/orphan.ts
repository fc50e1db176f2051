import { realpathSync } from 'node:fs';
import { rm } from 'node:fs/promises';
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

/** Looks for a server that outlived its parent: adopts it if it answers, else clears it out of the way. */
export const adoptOrphan = async (options: OrphanOptions): Promise<Postmaster | undefined> => {
  const file = await readPostmasterFile(options.cluster);
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
    options.log.warn(
      { pid: file.pid, finding },
      'removed the process file of a PostgreSQL that runs no more',
    );
    await rm(postmasterFilePath(options.cluster), { force: true });
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
