import { mkdtempSync, readdirSync } from 'node:fs';
import { chmod, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { migrate, openDatabase, silentLog, startEmbeddedPostgres } from '../platform/database/index.ts';
import type { DatabaseLog } from '../platform/database/index.ts';
import { clearAbandoned, markOwner } from './clear-abandoned.ts';

/** What `testDatabase` needs to reach the test run's PostgreSQL. */
export interface TestServer {
  /** The server's own role; its path is replaced by the cloned database's name. */
  readonly connectionString: string;
  readonly adminConnectionString: string;
  readonly template: string;
}

declare module 'vitest' {
  export interface ProvidedContext {
    gpushieldTestServer: TestServer;
  }
}

export const temporaryPrefix = 'gpushield-test-';

const loud: DatabaseLog = {
  ...silentLog,
  warn: (details, message) => console.warn(message, details),
  error: (details, message) => console.error(message, details),
};

/** One PostgreSQL for the whole test run, with a template database that has every migration. */
export const setup = async (project: TestProject): Promise<() => Promise<void>> => {
  await clearAbandoned(
    tmpdir(),
    readdirSync(tmpdir()).filter((name) => name.startsWith(temporaryPrefix)),
  );
  const dataDir = mkdtempSync(join(tmpdir(), temporaryPrefix));
  markOwner(dataDir);
  // When tests run as root, PostgreSQL runs under another account, which must be able to enter.
  await chmod(dataDir, 0o711);
  const server = await startEmbeddedPostgres({ dataDir, log: loud, durability: 'off' });
  const stop = async () => {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    const db = await openDatabase({ connectionString: server.connectionString, min: 1, log: loud });
    try {
      await migrate(db, silentLog);
    } finally {
      await db.close();
    }
    const admin = new pg.Client({ connectionString: server.adminConnectionString });
    await admin.connect();
    await admin.query('ALTER DATABASE gpushield IS_TEMPLATE true');
    await admin.end();
  } catch (error) {
    await stop();
    throw error;
  }
  const { connectionString, adminConnectionString } = server;
  project.provide('gpushieldTestServer', { connectionString, adminConnectionString, template: 'gpushield' });
  return stop;
};
