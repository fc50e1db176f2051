import pg from 'pg';
import type { PoolClient } from 'pg';
import { DatabaseUnavailable, isDatabaseUnavailable, toDatabaseError } from './errors.ts';
import { createHangWatch } from './hang-watch.ts';
import type { HangTimes, HangWatch } from './hang-watch.ts';
import { clientConfig, createPool } from './pool.ts';
import type { ConnectionSettings } from './pool.ts';
import { createTurnstile } from './turnstile.ts';
import type { PoolStats } from './types.ts';

/** The pool with its failures sorted: whoever borrows a connection sees `DatabaseUnavailable`, fast. */
export interface Connections {
  /** Runs `work` on a connection; one that failed is thrown away, not reused. */
  use<T>(work: (client: PoolClient) => Promise<T>): Promise<T>;
  /** Opens `count` connections at once, so that the first requests find them. */
  warm(count: number): Promise<void>;
  stats(): PoolStats;
  close(): Promise<void>;
}

/** Whether the server says anything at all to a fresh connection. */
const serverAnswers = async (settings: ConnectionSettings, timeoutMs: number): Promise<boolean> => {
  const client = new pg.Client({
    ...clientConfig(settings),
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch (error) {
    // A refusal is an answer: too many connections, starting up, no such database.
    return error instanceof pg.DatabaseError;
  } finally {
    void client.end().catch(() => undefined);
  }
};

// Ending a client with a statement under way destroys its socket, which fails the statement.
const abandon = (client: PoolClient): void => {
  if (client instanceof pg.Client) void client.end().catch(() => undefined);
};

/** Where borrowing begins: not while the server hangs, and through the turnstile. */
const createEntrance = (settings: ConnectionSettings, pool: pg.Pool, watch: Pick<HangWatch, 'isHung'>) => {
  const turnstile = createTurnstile({
    pool: { total: () => pool.totalCount, max: settings.max },
    timeoutMs: settings.connectTimeoutMs,
    refusal: () => new DatabaseUnavailable('No database connection became free in time'),
  });

  const acquire = async (): Promise<{ readonly client: PoolClient; readonly leave: () => void }> => {
    if (watch.isHung()) throw new DatabaseUnavailable('The database does not answer');
    const { opened, leave } = await turnstile.enter();
    try {
      const client = await pool.connect();
      opened();
      return { client, leave };
    } catch (error) {
      leave();
      throw toDatabaseError(error);
    }
  };
  return { acquire, turnstile };
};

export const createConnections = (settings: ConnectionSettings, times: HangTimes): Connections => {
  const pool = createPool(settings);
  const watch = createHangWatch({
    probe: (timeoutMs) => serverAnswers(settings, timeoutMs),
    times,
    monotonicMs: () => performance.now(),
    log: settings.log,
  });

  const { acquire, turnstile } = createEntrance(settings, pool, watch);

  return {
    use: async (work) => {
      const { client, leave } = await acquire();
      const landed = watch.track(() => abandon(client));
      try {
        const result = await work(client);
        client.release();
        return result;
      } catch (error) {
        const known = toDatabaseError(error);
        client.release(isDatabaseUnavailable(known));
        throw known;
      } finally {
        landed();
        leave();
      }
    },
    warm: async (count) => {
      const clients = await Promise.allSettled(Array.from({ length: count }, () => pool.connect()));
      for (const client of clients) if (client.status === 'fulfilled') client.value.release();
    },
    stats: () => ({
      total: pool.totalCount,
      idle: pool.idleCount,
      waiting: pool.waitingCount + turnstile.waiting(),
      max: settings.max,
    }),
    close: async () => {
      watch.close();
      turnstile.close();
      await pool.end();
    },
  };
};
