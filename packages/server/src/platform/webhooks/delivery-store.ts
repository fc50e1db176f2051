import type { Executor } from '../database/types.ts';

/** One delivery with all that sending it takes. */
export interface LoadedDelivery {
  readonly id: number;
  readonly round: number;
  readonly status: 'pending' | 'succeeded' | 'failed';
  readonly attempts: number;
  readonly orderKey: string | null;
  readonly nextAttemptAt: Date | null;
  readonly messageId: string;
  readonly body: string;
  readonly endpointId: string;
  readonly url: string;
  readonly enabled: boolean;
  readonly rateLimitPerSecond: number | null;
  /** Those that sign now, the newest first. */
  readonly secrets: readonly { readonly id: string; readonly sealed: string }[];
}

/** The deliveries of these ids, in their order; undefined for those that are gone. */
export const loadDeliveries = async (
  db: Executor,
  ids: readonly number[],
  now: Date,
): Promise<readonly (LoadedDelivery | undefined)[]> => {
  const { rows } = await db.prepared<LoadedDelivery>(
    'webhook load',
    `SELECT d.id, d.round, d.status, d.attempts, d.order_key AS "orderKey", d.next_attempt_at AS "nextAttemptAt",
            m.id AS "messageId", m.body, e.id AS "endpointId", e.url, e.enabled,
            e.rate_limit_per_second AS "rateLimitPerSecond", s.secrets
       FROM webhook_deliveries d
       JOIN webhook_messages m ON m.id = d.message_id
       JOIN webhook_endpoints e ON e.id = d.endpoint_id
      CROSS JOIN LATERAL (
        SELECT coalesce(jsonb_agg(jsonb_build_object('id', id, 'sealed', sealed)
                 ORDER BY created_at DESC, id DESC), '[]') AS secrets
          FROM webhook_secrets WHERE endpoint_id = e.id AND (expires_at IS NULL OR expires_at > $2)) s
      WHERE d.id = ANY ($1::bigint[])`,
    [ids, now],
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id));
};

export type Claim =
  | { readonly kind: 'claimed' }
  /** Another is before it, or has it: worth looking again after `waitMs`. */
  | { readonly kind: 'wait'; readonly waitMs: number }
  | { readonly kind: 'stale' };

/**
 * Takes the right to send an ordered delivery: only the first unfinished one of its endpoint and key, and only one
 * worker at a time. PostgreSQL's clock counts, for all workers alike.
 */
export const claimInLine = async (
  db: Executor,
  delivery: Pick<LoadedDelivery, 'id' | 'round'>,
  claimSeconds: number,
): Promise<Claim> => {
  const { rows } = await db.prepared<{ claimed: boolean; wait_ms: number | null }>(
    'webhook claim',
    `WITH mine AS (
       SELECT * FROM webhook_deliveries WHERE id = $1 AND round = $2 AND status = 'pending'
     ), head AS (
       SELECT h.id, h.next_attempt_at, h.claimed_until FROM mine
         JOIN webhook_deliveries h ON h.endpoint_id = mine.endpoint_id AND h.order_key = mine.order_key
        WHERE h.status = 'pending' ORDER BY h.id LIMIT 1
     ), taken AS (
       UPDATE webhook_deliveries d SET claimed_until = clock_timestamp() + make_interval(secs => $3)
         FROM head WHERE d.id = head.id AND d.id = $1 AND d.round = $2 AND d.status = 'pending'
          AND (d.claimed_until IS NULL OR d.claimed_until < clock_timestamp())
       RETURNING d.id
     )
     SELECT EXISTS (SELECT FROM taken) AS claimed,
            (extract(epoch FROM greatest(head.next_attempt_at, head.claimed_until) - clock_timestamp()) * 1000)::float8
              AS wait_ms
       FROM head`,
    [delivery.id, delivery.round, claimSeconds],
  );
  const [row] = rows;
  if (row === undefined) return { kind: 'stale' };
  return row.claimed ? { kind: 'claimed' } : { kind: 'wait', waitMs: Math.max(0, row.wait_ms ?? 0) };
};

/** Gives a claim back that led to no attempt. */
export const releaseClaim = async (db: Executor, id: number): Promise<void> => {
  await db.query(`UPDATE webhook_deliveries SET claimed_until = NULL WHERE id = $1 AND status = 'pending'`, [
    id,
  ]);
};
