import type { Executor, Tx } from '../../../platform/database/types.ts';
import type { Subscription } from './decide.ts';

/** The event that endpoints subscribe to. */
export const crossingEvent = 'risk_threshold_crossed';
export const defaultThreshold = 50;
export const defaultHysteresis = 5;
/** Endpoints that one change of a score may concern. */
const subscriptionsMax = 1_000;

/** Who waits for processes of these agents: endpoints with a threshold of their own, and those that ask for the event. */
export const findSubscriptions = async (
  tx: Tx,
  agentIds: readonly string[],
): Promise<readonly Subscription[]> => {
  const { rows } = await tx.prepared<Subscription>(
    'risk subscriptions',
    `SELECT e.id AS "endpointId", s.agent_id AS "agentId", coalesce(s.threshold, $2)::float8 AS threshold,
            coalesce(s.hysteresis, $3)::float8 AS hysteresis
       FROM webhook_endpoints e LEFT JOIN risk_subscriptions s ON s.endpoint_id = e.id
      WHERE e.enabled AND (s.agent_id IS NULL OR s.agent_id = ANY($1))
        AND (s.endpoint_id IS NOT NULL OR e.event_types = '{}' OR e.event_types @> ARRAY[$4])
      ORDER BY e.id LIMIT $5`,
    [agentIds, defaultThreshold, defaultHysteresis, crossingEvent, subscriptionsMax],
  );
  return rows;
};

export interface SubscriptionRecord extends Subscription {
  readonly url: string;
  readonly updatedAt: Date;
}

const columns = `s.endpoint_id AS "endpointId", s.agent_id AS "agentId", s.threshold::float8 AS threshold,
  s.hysteresis::float8 AS hysteresis, e.url, s.updated_at AS "updatedAt"`;

export const putSubscription = async (tx: Executor, given: Subscription, now: Date): Promise<void> => {
  await tx.query(
    `INSERT INTO risk_subscriptions (endpoint_id, agent_id, threshold, hysteresis, created_at, updated_at)
     VALUES ($1, $2, $3, $4, $5, $5)
     ON CONFLICT (endpoint_id) DO UPDATE SET agent_id = excluded.agent_id, threshold = excluded.threshold,
       hysteresis = excluded.hysteresis, updated_at = excluded.updated_at`,
    [given.endpointId, given.agentId, given.threshold, given.hysteresis, now],
  );
};

export const findSubscription = async (
  db: Executor,
  endpointId: string,
): Promise<SubscriptionRecord | undefined> =>
  (
    await db.query<SubscriptionRecord>(
      `SELECT ${columns} FROM risk_subscriptions s JOIN webhook_endpoints e ON e.id = s.endpoint_id
        WHERE s.endpoint_id = $1`,
      [endpointId],
    )
  ).rows[0];

export const deleteSubscription = async (tx: Executor, endpointId: string): Promise<boolean> =>
  (await tx.query('DELETE FROM risk_subscriptions WHERE endpoint_id = $1', [endpointId])).rowCount > 0;

/** The webhooks of agents, in the order in which they were made. */
export const subscriptionsOfAgents = async (
  db: Executor,
  agentIds: readonly string[],
): Promise<readonly SubscriptionRecord[]> => {
  const { rows } = await db.query<SubscriptionRecord>(
    `SELECT ${columns} FROM risk_subscriptions s JOIN webhook_endpoints e ON e.id = s.endpoint_id
      WHERE s.agent_id = ANY($1) ORDER BY s.created_at, s.endpoint_id`,
    [agentIds],
  );
  return rows;
};

export const endpointExists = async (db: Executor, endpointId: string): Promise<boolean> =>
  (await db.query('SELECT FROM webhook_endpoints WHERE id = $1', [endpointId])).rowCount > 0;
