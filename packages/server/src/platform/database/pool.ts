import type { ConnectionOptions } from 'node:tls';
import pg from 'pg';
import type { DatabaseLog } from './log.ts';
import { valueTypes } from './value-types.ts';

/** How to reach PostgreSQL and how much of it to use. Times in milliseconds. */
export interface ConnectionSettings {
  readonly connectionString: string;
  readonly min: number;
  readonly max: number;
  readonly statementTimeoutMs: number;
  /** Bounds both making a connection and waiting for a free one. */
  readonly connectTimeoutMs: number;
  readonly ssl?: boolean | ConnectionOptions;
  readonly log: DatabaseLog;
}

// Longer than any lull between the steps of one transaction; a forgotten one must not hold locks for ever.
const idleInTransactionTimeoutMs = 60_000;
// Connections above `min` are given back after this quiet time.
const idleTimeoutMs = 30_000;
// The server cancels a statement itself; this much later the client gives up on a server that hangs.
export const queryGraceMs = 5_000;

/** `pg` client configuration shared by the pool and the listener. */
export const clientConfig = (settings: Omit<ConnectionSettings, 'min' | 'max' | 'log'>): pg.ClientConfig => ({
  connectionString: settings.connectionString,
  connectionTimeoutMillis: settings.connectTimeoutMs,
  statement_timeout: settings.statementTimeoutMs,
  query_timeout: settings.statementTimeoutMs + queryGraceMs,
  idle_in_transaction_session_timeout: idleInTransactionTimeoutMs,
  application_name: 'gpushield',
  keepAlive: true,
  types: valueTypes,
  ...(settings.ssl === undefined ? {} : { ssl: settings.ssl }),
});

export const createPool = (settings: ConnectionSettings): pg.Pool => {
  const pool = new pg.Pool({
    ...clientConfig(settings),
    min: settings.min,
    max: settings.max,
    idleTimeoutMillis: idleTimeoutMs,
  });
  pool.on('error', (error) => {
    // Only its words: the error carries the whole client, password included. While closing, losing them is the aim.
    if (!pool.ending) settings.log.warn({ reason: error.message }, 'an idle database connection was lost');
  });
  // A connection lost between two statements of a transaction emits 'error' on the client; without a listener
  // that would end the process. The next statement on it fails by itself.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
};
