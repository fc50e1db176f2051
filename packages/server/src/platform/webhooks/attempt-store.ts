import type { Tx } from '../database/types.ts';
import type { Job } from './job.ts';

/** One attempt and what it means for its delivery. */
export interface RecordedAttempt {
  readonly attemptId: string;
  readonly deliveryId: number;
  readonly round: number;
  readonly endpointId: string;
  readonly ordered: boolean;
  /** What becomes of the delivery; `pending` is tried again at `nextAttemptAt`. */
  readonly status: 'pending' | 'succeeded' | 'failed';
  readonly nextAttemptAt: Date | null;
  readonly at: Date;
  readonly durationMs: number;
  readonly httpStatus: number | null;
  readonly error: string | null;
  readonly response: string | null;
  /** Whether something was sent or tried; false closes a delivery that had no use any more. */
  readonly attempted: boolean;
  readonly gone: boolean;
}

/**
 * Writes attempts and the state of their deliveries. Deliveries that were deleted or begun anew meanwhile are left as
 * they are.
 */
export const writeAttempts = async (
  tx: Tx,
  attempts: readonly RecordedAttempt[],
  now: Date,
): Promise<void> => {
  const column = <T>(of: (attempt: RecordedAttempt) => T): T[] => attempts.map(of);
  await tx.prepared(
    'webhook record',
    `WITH given AS (
       SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::int[], $4::text[], $5::timestamptz[], $6::timestamptz[],
           $7::int[], $8::int[], $9::text[], $10::text[], $11::boolean[])
         AS g (attempt_id, delivery_id, round, status, next_attempt_at, at, duration_ms, http_status, error, response,
           attempted)
     ), changed AS (
       UPDATE webhook_deliveries d SET status = g.status, next_attempt_at = g.next_attempt_at, claimed_until = NULL,
              attempts = d.attempts + g.attempted::int,
              finished_at = CASE WHEN g.status <> 'pending' THEN $12::timestamptz END
         FROM given g WHERE d.id = g.delivery_id AND d.round = g.round AND d.status = 'pending'
       RETURNING d.id, d.endpoint_id, d.message_id, d.attempts
     )
     INSERT INTO webhook_attempts (id, delivery_id, endpoint_id, message_id, attempt, at, duration_ms, succeeded,
       status, error, response)
     SELECT g.attempt_id, c.id, c.endpoint_id, c.message_id, c.attempts, g.at, g.duration_ms,
            g.status = 'succeeded', g.http_status, g.error, g.response
       FROM changed c JOIN given g ON g.delivery_id = c.id WHERE g.attempted`,
    [
      column((a) => a.attemptId),
      column((a) => a.deliveryId),
      column((a) => a.round),
      column((a) => a.status),
      column((a) => a.nextAttemptAt),
      column((a) => a.at),
      column((a) => Math.round(a.durationMs)),
      column((a) => a.httpStatus),
      column((a) => a.error),
      column((a) => a.response),
      column((a) => a.attempted),
      now,
    ],
  );
};

/** Jobs for those that are first in line now, behind deliveries that just finished. */
export const nextInLine = async (tx: Tx, finished: readonly number[]): Promise<readonly Job[]> => {
  if (finished.length === 0) return [];
  const { rows } = await tx.prepared<{ id: number; round: number; endpoint_id: string }>(
    'webhook next',
    `SELECT n.id, n.round, n.endpoint_id
       FROM (SELECT DISTINCT endpoint_id, order_key FROM webhook_deliveries
              WHERE id = ANY ($1::bigint[]) AND order_key IS NOT NULL) line
      CROSS JOIN LATERAL (
        SELECT id, round, endpoint_id FROM webhook_deliveries d
         WHERE d.endpoint_id = line.endpoint_id AND d.order_key = line.order_key AND d.status = 'pending'
         ORDER BY d.id LIMIT 1) n`,
    [finished],
  );
  return rows.map(({ id, round, endpoint_id }) => ({
    kind: 'deliver',
    delivery: id,
    round,
    endpoint: endpoint_id,
  }));
};

export interface EndpointHealth {
  readonly id: string;
  readonly failingSince: Date | null;
  readonly failedAttempts: number;
}

/** Locks the endpoints whose health changes: all that failed, and those that succeeded after failures. */
export const lockChangedHealth = async (
  tx: Tx,
  failed: readonly string[],
  succeeded: readonly string[],
): Promise<readonly EndpointHealth[]> => {
  const { rows } = await tx.prepared<EndpointHealth>(
    'webhook health',
    `SELECT id, failing_since AS "failingSince", failed_attempts AS "failedAttempts" FROM webhook_endpoints
      WHERE enabled AND (id = ANY ($1::uuid[]) OR (id = ANY ($2::uuid[]) AND failing_since IS NOT NULL))
      ORDER BY id FOR NO KEY UPDATE`,
    [failed, succeeded],
  );
  return rows;
};

export const writeHealth = async (tx: Tx, endpoints: readonly EndpointHealth[]): Promise<void> => {
  await tx.prepared(
    'webhook set health',
    `UPDATE webhook_endpoints e SET failing_since = g.failing_since, failed_attempts = g.failed_attempts
       FROM unnest($1::uuid[], $2::timestamptz[], $3::int[]) AS g (id, failing_since, failed_attempts)
      WHERE e.id = g.id`,
    [
      endpoints.map(({ id }) => id),
      endpoints.map(({ failingSince }) => failingSince),
      endpoints.map(({ failedAttempts }) => failedAttempts),
    ],
  );
};

export const disableEndpoint = async (
  tx: Tx,
  id: string,
  reason: 'gone' | 'failing',
  now: Date,
): Promise<void> => {
  await tx.query(
    `UPDATE webhook_endpoints SET enabled = false, disabled_reason = $2, disabled_at = $3, updated_at = $3
      WHERE id = $1 AND enabled`,
    [id, reason, now],
  );
};
