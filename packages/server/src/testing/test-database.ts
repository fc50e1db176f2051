import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, inject } from 'vitest';
import { openDatabase, silentLog } from '../platform/database/index.ts';
import type { Database } from '../platform/database/index.ts';

export interface TestDatabase {
  /** Open while the file's tests run. */
  readonly db: Database;
  /** To open more pools on the same database (another replica, a process under test). */
  readonly connectionString: string;
  /** A superuser on the same database, for what the server's role may not do. */
  readonly adminConnectionString: string;
}

const withDatabase = (connectionString: string, database: string): string => {
  const url = new URL(connectionString);
  url.pathname = `/${database}`;
  return url.href;
};

const asAdmin = async <T>(work: (admin: pg.Client) => Promise<T>): Promise<T> => {
  const admin = new pg.Client({ connectionString: inject('gpushieldTestServer').adminConnectionString });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
};

// A client that has said goodbye may be listed for a moment longer.
const goodbyePatienceMs = 2_000;

const leakedConnections = async (admin: pg.Client, name: string): Promise<string[]> => {
  const deadline = performance.now() + goodbyePatienceMs;
  for (;;) {
    const { rows } = await admin.query<{ query: string }>(
      'SELECT query FROM pg_stat_activity WHERE datname = $1 AND backend_type = $2',
      [name, 'client backend'],
    );
    if (rows.length === 0 || performance.now() > deadline) return rows.map((row) => row.query);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

/** Clones the template; `drop` fails when connections other than `db` are still open. */
export const createTestDatabase = async (): Promise<TestDatabase & { drop(): Promise<void> }> => {
  const server = inject('gpushieldTestServer');
  const name = `test_${randomBytes(8).toString('hex')}`;
  await asAdmin((admin) =>
    admin.query(`CREATE DATABASE ${name} TEMPLATE ${server.template} OWNER gpushield`),
  );
  const connectionString = withDatabase(server.connectionString, name);
  const db = await openDatabase({ connectionString, log: silentLog });
  return {
    db,
    connectionString,
    adminConnectionString: withDatabase(server.adminConnectionString, name),
    drop: async () => {
      await db.close();
      const leaked = await asAdmin(async (admin) => {
        const found = await leakedConnections(admin, name);
        await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
        return found;
      });
      if (leaked.length > 0) {
        throw new Error(
          `${leaked.length} database connections were left open; their last statements: ${leaked.join(' | ')}`,
        );
      }
    },
  };
};

/**
 * One database for a test file, cloned from the template with every migration and dropped after the last test.
 * Call it at the top of a file or `describe`; read `.db` inside of tests and hooks only.
 */
export const testDatabase = (): TestDatabase => {
  let made: Awaited<ReturnType<typeof createTestDatabase>> | undefined;
  beforeAll(async () => {
    made = await createTestDatabase();
  });
  afterAll(async () => {
    await made?.drop();
  });
  const ready = () => {
    if (made === undefined) throw new Error('the test database exists inside of tests and hooks only');
    return made;
  };
  return {
    get db() {
      return ready().db;
    },
    get connectionString() {
      return ready().connectionString;
    },
    get adminConnectionString() {
      return ready().adminConnectionString;
    },
  };
};
