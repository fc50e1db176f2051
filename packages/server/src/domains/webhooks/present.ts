import type { Webhook, WebhookAttempt, WebhookMessage } from '@gpushield/contracts';
import type { EndpointRecord } from './endpoint-store.ts';
import type { AttemptRecord, MessageRecord } from './history-store.ts';

const iso = (time: Date | null): string | null => (time === null ? null : time.toISOString());

export const presentWebhook = (endpoint: EndpointRecord): Webhook => ({
  id: endpoint.id,
  url: endpoint.url,
  description: endpoint.description,
  event_types: [...endpoint.eventTypes],
  labels: { ...endpoint.labels },
  ordered: endpoint.ordered,
  rate_limit_per_second: endpoint.rateLimitPerSecond,
  enabled: endpoint.enabled,
  disabled_reason: endpoint.disabledReason,
  disabled_at: iso(endpoint.disabledAt),
  failing_since: iso(endpoint.failingSince),
  created_at: endpoint.createdAt.toISOString(),
  updated_at: endpoint.updatedAt.toISOString(),
});

export const presentMessage = (message: MessageRecord): WebhookMessage => ({
  id: message.id,
  type: message.type,
  key: message.key,
  status: message.status,
  attempts: message.attempts,
  next_attempt_at: iso(message.nextAttemptAt),
  created_at: message.createdAt.toISOString(),
  finished_at: iso(message.finishedAt),
});

export const presentAttempt = (attempt: AttemptRecord): WebhookAttempt => ({
  id: attempt.id,
  message_id: attempt.messageId,
  attempt: attempt.attempt,
  at: attempt.at.toISOString(),
  duration_ms: attempt.durationMs,
  succeeded: attempt.succeeded,
  status: attempt.status,
  error: attempt.error,
  response: attempt.response,
});
