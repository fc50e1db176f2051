import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import {
  attachEmbeddedPostgres,
  DataDirectoryInUse,
  openDatabase,
  startEmbeddedPostgres,
  type Database,
  type EmbeddedPostgres,
} from '../platform/database/index.ts';

/** PostgreSQL, ours or the operator's, with a pool on it. */
export interface State {
  readonly db: Database;
  /** Connections of the queue's workers. */
  readonly workDb: Database;
  /** A few connections of the audit trail's own. */
  readonly auditDb: Database;
  readonly embedded: EmbeddedPostgres | undefined;
  /** Closes the pool, then the embedded PostgreSQL. */
  close(): Promise<void>;
}

/** A read, a heartbeat, and the ends and effects of what is under way. */
const workConnections = 6;

/** One commits while the other is replaced after a fault. */
const auditConnections = 2;

/** `beside`: a command that only reads may use the PostgreSQL of a server that runs on the same data directory. */
export type Sharing = 'alone' | 'beside';

const connectionStringOf = async (
  config: Config,
  log: Logger,
  sharing: Sharing,
): Promise<{ url: string; embedded: EmbeddedPostgres | undefined }> => {
  const { source } = config.database;
  if (source.kind === 'external') return { url: source.url.reveal(), embedded: undefined };
  try {
    const embedded = await startEmbeddedPostgres({ dataDir: source.dataDir, log });
    return { url: embedded.connectionString, embedded };
  } catch (error) {
    if (!(error instanceof DataDirectoryInUse) || sharing === 'alone') throw error;
    return { url: await attachEmbeddedPostgres({ dataDir: source.dataDir, log }), embedded: undefined };
  }
};

/** Starts what must be started and connects. Throws with what an operator can act on. */
export const openState = async (config: Config, log: Logger, sharing: Sharing = 'alone'): Promise<State> => {
  const { url, embedded } = await connectionStringOf(config, log, sharing);
  try {
    const common = { connectionString: url, statementTimeoutMs: config.database.statementTimeoutMs, log };
    const db = await openDatabase({ ...common, min: config.database.poolMin, max: config.database.poolMax });
    const workDb = await openDatabase({ ...common, min: 0, max: workConnections });
    const auditDb = await openDatabase({ ...common, min: 0, max: auditConnections });
    return {
      db,
      workDb,
      auditDb,
      embedded,
      close: async () => {
        await Promise.all([db.close(), workDb.close(), auditDb.close()]);
        await embedded?.stop();
      },
    };
  } catch (error) {
    await embedded?.stop();
    throw error;
  }
};
