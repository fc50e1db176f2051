import type { Executor, Tx } from '../database/types.ts';

/*
 * Every time here is clock_timestamp() of PostgreSQL. now() would be the start of the transaction, which lies before
 * the wait for a row that another replica holds.
 */

export interface LeaseKey {
  readonly name: string;
  readonly holder: string;
  readonly token: number;
}

/** Takes a lease that is free or over; answers its token. */
export const acquireLease = async (
  db: Executor,
  name: string,
  holder: string,
  ttlMs: number,
): Promise<number | undefined> => {
  const { rows } = await db.prepared<{ token: number }>(
    'lease acquire',
    `INSERT INTO leases AS l (name, holder, token, acquired_at, expires_at)
     VALUES ($1, $2, 1, clock_timestamp(), clock_timestamp() + make_interval(secs => $3::float8 / 1000))
     ON CONFLICT (name) DO UPDATE
        SET holder = excluded.holder, token = l.token + 1, acquired_at = clock_timestamp(),
            expires_at = clock_timestamp() + make_interval(secs => $3::float8 / 1000)
      WHERE l.expires_at <= clock_timestamp()
     RETURNING token`,
    [name, holder, ttlMs],
  );
  return rows[0]?.token;
};

/** Answers false when the lease was over or is another's. */
export const renewLease = async (db: Executor, key: LeaseKey, ttlMs: number): Promise<boolean> => {
  const { rowCount } = await db.prepared(
    'lease renew',
    `UPDATE leases SET expires_at = clock_timestamp() + make_interval(secs => $4::float8 / 1000)
      WHERE name = $1 AND holder = $2 AND token = $3 AND expires_at > clock_timestamp()`,
    [key.name, key.holder, key.token, ttlMs],
  );
  return rowCount === 1;
};

export const releaseLease = async (db: Executor, key: LeaseKey): Promise<void> => {
  await db.prepared(
    'lease release',
    `UPDATE leases SET expires_at = clock_timestamp() WHERE name = $1 AND holder = $2 AND token = $3`,
    [key.name, key.holder, key.token],
  );
};

/** Locks a lease until the transaction ends: whoever wants to acquire it waits for that. */
export const lockLease = async (tx: Tx, key: LeaseKey): Promise<boolean> => {
  const { rowCount } = await tx.query(
    `SELECT FROM leases WHERE name = $1 AND holder = $2 AND token = $3 AND expires_at > clock_timestamp() FOR SHARE`,
    [key.name, key.holder, key.token],
  );
  return rowCount === 1;
};

/**
 * Milliseconds until a task is due: 0 for one that never ran, that another replica left unfinished, or whose last start
 * lies in the future (the server's clock was set back). An unfinished task counts only for who holds its lease.
 */
export const taskDueInMs = async (db: Executor, name: string, intervalMs: number): Promise<number> => {
  const { rows } = await db.prepared<{ due_ms: number | null }>(
    'task due',
    `SELECT CASE WHEN started_at > clock_timestamp() OR finished_at IS NULL OR finished_at < started_at THEN 0
                 ELSE greatest(0, $2::float8 - extract(epoch FROM clock_timestamp() - started_at) * 1000)
            END::float8 AS due_ms
       FROM periodic_tasks WHERE name = $1`,
    [name, intervalMs],
  );
  return rows[0]?.due_ms ?? 0;
};

export const beginTask = async (db: Executor, name: string): Promise<void> => {
  await db.query(
    `INSERT INTO periodic_tasks (name, started_at) VALUES ($1, clock_timestamp())
     ON CONFLICT (name) DO UPDATE SET started_at = clock_timestamp(), outcome = NULL, error = NULL`,
    [name],
  );
};

export const endTask = async (db: Executor, name: string, error: string | null): Promise<void> => {
  await db.query(
    `UPDATE periodic_tasks SET finished_at = clock_timestamp(), outcome = $2, error = $3 WHERE name = $1`,
    [name, error === null ? 'ok' : 'failed', error],
  );
};
