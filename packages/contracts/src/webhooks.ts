import { Type, type Static } from 'typebox';
import { Labels, PageQuery, Timestamp, Uuid, nullable, text } from './common.ts';

/** Longest time that a rotated secret signs beside the new one: a week. */
export const maxSecretOverlapSeconds = 604_800;
export const defaultSecretOverlapSeconds = 86_400;

const Url = Type.String({ minLength: 1, maxLength: 2048, description: 'https, and a public address' });

/** Names of events: dotted lower-case words, such as `alert.created`. */
export const WebhookEventType = Type.String({
  maxLength: 128,
  pattern: '^[a-z0-9_]+(\\.[a-z0-9_]+)*$',
});

const EventFilter = Type.String({
  maxLength: 130,
  pattern: '^[a-z0-9_]+(\\.[a-z0-9_]+)*(\\.\\*)?$',
  description: 'An event name, or a prefix followed by .*',
});

const EventFilters = Type.Array(EventFilter, {
  maxItems: 100,
  uniqueItems: true,
  description: 'Which events to send; none means all',
});

const RateLimit = nullable(
  Type.Integer({ minimum: 1, maximum: 10_000, description: 'Deliveries a second, in each worker process' }),
);

const GivenSecret = Type.String({
  pattern: '^whsec_[A-Za-z0-9+/]{32,88}={0,2}$',
  maxLength: 96,
  description: 'whsec_ and the base64 of 24 to 64 bytes; made by the server unless given',
});

export const CreateWebhook = Type.Object(
  {
    url: Url,
    description: Type.Optional(text(500)),
    event_types: Type.Optional(EventFilters),
    labels: Type.Optional(Labels),
    ordered: Type.Optional(
      Type.Boolean({ description: 'Messages with the same key are sent one after the other' }),
    ),
    rate_limit_per_second: Type.Optional(RateLimit),
    secret: Type.Optional(GivenSecret),
  },
  { additionalProperties: false },
);
export type CreateWebhook = Static<typeof CreateWebhook>;

export const UpdateWebhook = Type.Object(
  {
    url: Type.Optional(Url),
    description: Type.Optional(text(500)),
    event_types: Type.Optional(EventFilters),
    labels: Type.Optional(Labels),
    ordered: Type.Optional(Type.Boolean()),
    rate_limit_per_second: Type.Optional(RateLimit),
  },
  { additionalProperties: false, minProperties: 1 },
);
export type UpdateWebhook = Static<typeof UpdateWebhook>;

const webhookFields = {
  id: Uuid,
  url: Type.String(),
  description: Type.String(),
  event_types: Type.Array(Type.String()),
  labels: Type.Record(Type.String(), Type.String()),
  ordered: Type.Boolean(),
  rate_limit_per_second: nullable(Type.Integer()),
  enabled: Type.Boolean(),
  disabled_reason: nullable(
    Type.Enum(['manual', 'gone', 'failing'], {
      description: 'gone: it answered 410. failing: nothing but failures for five days',
    }),
  ),
  disabled_at: nullable(Timestamp),
  failing_since: nullable(Timestamp),
  created_at: Timestamp,
  updated_at: Timestamp,
};

export const Webhook = Type.Object(webhookFields);
export type Webhook = Static<typeof Webhook>;

/** The answer to creation alone: the secret is never shown again. */
export const CreatedWebhook = Type.Object({ ...webhookFields, secret: Type.String() });
export type CreatedWebhook = Static<typeof CreatedWebhook>;

export const RotateWebhookSecret = Type.Object(
  {
    secret: Type.Optional(GivenSecret),
    overlap_seconds: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: maxSecretOverlapSeconds,
        default: defaultSecretOverlapSeconds,
        description: 'How long the old secret signs beside the new one',
      }),
    ),
  },
  { additionalProperties: false },
);
export type RotateWebhookSecret = Static<typeof RotateWebhookSecret>;

export const RotatedWebhookSecret = Type.Object({
  secret: Type.String(),
  previous_expires_at: Timestamp,
});
export type RotatedWebhookSecret = Static<typeof RotatedWebhookSecret>;

export const WebhookDeliveryStatus = Type.Enum(['pending', 'succeeded', 'failed']);

/** A message as one endpoint sees it; `id` is the `webhook-id`. */
export const WebhookMessage = Type.Object({
  id: Uuid,
  type: Type.String(),
  key: nullable(Type.String()),
  status: WebhookDeliveryStatus,
  attempts: Type.Integer(),
  next_attempt_at: nullable(Timestamp),
  created_at: Timestamp,
  finished_at: nullable(Timestamp),
});
export type WebhookMessage = Static<typeof WebhookMessage>;

export const WebhookAttempt = Type.Object({
  id: Uuid,
  message_id: Uuid,
  attempt: Type.Integer(),
  at: Timestamp,
  duration_ms: Type.Integer(),
  succeeded: Type.Boolean(),
  status: nullable(Type.Integer({ description: 'HTTP status of the answer' })),
  error: nullable(Type.String({ description: 'Why there was no success' })),
  response: nullable(Type.String({ description: 'The first kilobyte of the answer, masked' })),
});
export type WebhookAttempt = Static<typeof WebhookAttempt>;

export const WebhookListQuery = Type.Object(
  { enabled: Type.Optional(Type.Boolean()), ...PageQuery },
  { additionalProperties: false },
);
export const WebhookMessageQuery = Type.Object(
  { status: Type.Optional(WebhookDeliveryStatus), ...PageQuery },
  { additionalProperties: false },
);
export const WebhookAttemptQuery = Type.Object(
  { message_id: Type.Optional(Uuid), ...PageQuery },
  { additionalProperties: false },
);

/** One message, whatever became of it, or all that failed at or after a time. */
export const ResendWebhook = Type.Object(
  { message_id: Type.Optional(Uuid), since: Type.Optional(Timestamp) },
  { additionalProperties: false, minProperties: 1, maxProperties: 1 },
);
export type ResendWebhook = Static<typeof ResendWebhook>;

export const ResentWebhook = Type.Object({
  resent: Type.Integer(),
  has_more: Type.Boolean({ description: 'More failed than one request sends again: ask once more' }),
});

export const TestedWebhook = Type.Object({ message_id: Uuid });
