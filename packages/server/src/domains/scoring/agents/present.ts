import type { Agent } from '@gpushield/contracts';
import type { SubscriptionRecord } from '../crossings/subscription-store.ts';
import type { AgentRecord } from './agent-store.ts';

export const presentAgent = (agent: AgentRecord, subscriptions: readonly SubscriptionRecord[]): Agent => ({
  id: agent.id,
  name: agent.name,
  description: agent.description,
  status: agent.status,
  source: agent.source,
  format: agent.format,
  node_id: agent.nodeId,
  sensor_id: agent.sensorId,
  labels: { ...agent.labels },
  webhooks: subscriptions
    .filter(({ agentId }) => agentId === agent.id)
    .map(({ endpointId, url, threshold }) => ({ endpoint_id: endpointId, url, threshold })),
  registered_by: agent.registeredBy,
  last_seen_at: agent.lastSeenAt?.toISOString() ?? null,
  created_at: agent.createdAt.toISOString(),
  updated_at: agent.updatedAt.toISOString(),
});
