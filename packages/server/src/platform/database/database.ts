import type { ConnectionOptions } from 'node:tls';
import type pg from 'pg';
import { createConnections } from './connections.ts';
import type { Connections } from './connections.ts';
import { DatabaseUnavailable, isDatabaseUnavailable, toDatabaseError } from './errors.ts';
import { defaultHangTimes } from './hang-watch.ts';
import type { HangTimes } from './hang-watch.ts';
import { createListener } from './listener.ts';
import type { DatabaseLog } from './log.ts';
import { queryGraceMs } from './pool.ts';
import { runStatement } from './statement.ts';
import { createTx, type Notification } from './transaction.ts';
import type { Database, Tx } from './types.ts';

/** Options of `openDatabase`; times in milliseconds. */
export interface DatabaseOptions {
  /** `postgresql://…`, with a percent-encoded directory as host for a Unix socket. */
  readonly connectionString: string;
  readonly min?: number;
  readonly max?: number;
  readonly statementTimeoutMs?: number;
  readonly connectTimeoutMs?: number;
  readonly ssl?: boolean | ConnectionOptions;
  /** When a server that does not answer is given up. */
  readonly hangTimes?: HangTimes;
  readonly log: DatabaseLog;
}

/** The oldest PostgreSQL that the schema works on. */
export const minServerVersion = 150_000;

const runTransaction = async <T>(
  client: pg.PoolClient,
  work: (tx: Tx) => Promise<T>,
  statementTimeoutMs: number | undefined,
  hear: (notified: readonly Notification[]) => void,
): Promise<T> => {
  await client.query('BEGIN');
  if (statementTimeoutMs !== undefined) {
    await client.query("SELECT set_config('statement_timeout', $1, true)", [String(statementTimeoutMs)]);
  }
  const { tx, end, notified } = createTx(
    client,
    statementTimeoutMs === undefined ? undefined : statementTimeoutMs + queryGraceMs,
  );
  let result: T;
  try {
    result = await work(tx);
  } catch (error) {
    await end();
    try {
      await client.query('ROLLBACK');
    } catch (rollbackError) {
      // The connection is in an unknown state; say so, so that it is thrown away.
      if (isDatabaseUnavailable(toDatabaseError(error))) throw error;
      throw new DatabaseUnavailable('The transaction could not be rolled back', {
        cause: new AggregateError([error, rollbackError]),
      });
    }
    throw error;
  }
  await end();
  try {
    const { command } = await client.query('COMMIT');
    // PostgreSQL answers COMMIT of an aborted transaction with ROLLBACK and no error.
    if (command === 'ROLLBACK')
      throw new Error('The transaction had failed and was rolled back instead of committed');
  } catch (error) {
    throw toDatabaseError(error, true);
  }
  hear(notified);
  return result;
};

const checkVersion = async (connections: Connections): Promise<void> => {
  const { rows } = await connections.use((client) =>
    runStatement<{ number: number; name: string }>(client, {
      text: "SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS name",
    }),
  );
  const version = rows[0];
  if (version === undefined || version.number < minServerVersion) {
    throw new Error(
      `PostgreSQL 15 or later is needed; the server is ${version?.name ?? 'of an unknown version'}`,
    );
  }
};

const pingWithin = (database: Pick<Database, 'query'>, timeoutMs: number): Promise<boolean> =>
  new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), timeoutMs);
    database
      .query('SELECT 1')
      .then(
        () => resolve(true),
        () => resolve(false),
      )
      .finally(() => clearTimeout(timer));
  });

/**
 * Connects to PostgreSQL. Errors: `DatabaseUnavailable` when it cannot be reached, `Error` when it is older
 * than 15, `pg.DatabaseError` for refused credentials and the like.
 */
export const openDatabase = async (options: DatabaseOptions): Promise<Database> => {
  const { min = 2, max = 10, statementTimeoutMs = 60_000, connectTimeoutMs = 5_000, log } = options;
  const settings = { ...options, min, max, statementTimeoutMs, connectTimeoutMs };
  const connections = createConnections(settings, options.hangTimes ?? defaultHangTimes);
  try {
    await checkVersion(connections);
  } catch (error) {
    await connections.close();
    throw error;
  }
  await connections.warm(min);
  const listener = createListener({ settings, log });
  let closed: Promise<void> | undefined;

  const database: Database = {
    query: (sql, values) => connections.use((client) => runStatement(client, { text: sql, values })),
    prepared: (name, sql, values) =>
      connections.use((client) => runStatement(client, { name, text: sql, values })),
    transaction: (work, { statementTimeoutMs: own } = {}) =>
      connections.use((client) => runTransaction(client, work, own, listener.hear)),
    listen: (channel, handlers) => listener.listen(channel, handlers),
    stats: () => connections.stats(),
    ping: (timeoutMs) => pingWithin(database, timeoutMs),
    close: () => (closed ??= Promise.all([listener.close(), connections.close()]).then(() => undefined)),
  };
  return database;
};
