import { Type, type Static } from 'typebox';
import { Labels, Timestamp, Uuid, nullable, text } from './common.ts';

export const AgentId = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$' });

/** A threshold of risk and where to say that it was crossed. */
export const AgentWebhook = Type.Object(
  {
    url: Type.String({ minLength: 1, maxLength: 2048 }),
    threshold: Type.Optional(Type.Number({ minimum: 1, maximum: 100, default: 50 })),
  },
  { additionalProperties: false },
);

export const RegisterAgent = Type.Object(
  {
    agent_id: Type.Optional(AgentId),
    name: Type.Optional(text(253)),
    description: Type.Optional(text(500)),
    node_id: Type.Optional(nullable(Uuid)),
    sensor_id: Type.Optional(nullable(Uuid)),
    labels: Type.Optional(Labels),
    format: Type.Optional(
      Type.Enum(['gpushield', 'falco', 'tetragon'], {
        default: 'gpushield',
        description: 'What it sends: our events, or another tool’s own JSON',
      }),
    ),
    webhook_urls: Type.Optional(
      Type.Array(Type.Union([Type.String({ maxLength: 2048 }), AgentWebhook]), { maxItems: 10 }),
    ),
  },
  { additionalProperties: false },
);
export type RegisterAgent = Static<typeof RegisterAgent>;

export const Agent = Type.Object({
  id: AgentId,
  name: Type.String(),
  description: Type.String(),
  status: Type.Enum(['active', 'revoked']),
  source: Type.Enum(['registered', 'configured'], { description: 'configured: named in AGENT_KEYS' }),
  format: Type.Enum(['gpushield', 'falco', 'tetragon']),
  node_id: nullable(Uuid),
  sensor_id: nullable(Uuid),
  labels: Type.Record(Type.String(), Type.String()),
  webhooks: Type.Array(Type.Object({ endpoint_id: Uuid, url: Type.String(), threshold: Type.Number() })),
  registered_by: Type.String(),
  last_seen_at: nullable(Timestamp),
  created_at: Timestamp,
  updated_at: Timestamp,
});
export type Agent = Static<typeof Agent>;
/** The answer to registration and rotation alone: the secret is never shown again. */
export const AgentSecret = Type.Object({ secret: Type.String(), previous_expires_at: nullable(Timestamp) });
export const RegisteredAgent = Type.Object({
  ...Agent.properties,
  ...AgentSecret.properties,
  webhook_secrets: Type.Record(Type.String(), Type.String(), {
    description: 'By endpoint id: what its receiver verifies signatures with; shown once',
  }),
});
export const UpdateAgent = Type.Object(
  {
    name: Type.Optional(text(253)),
    description: Type.Optional(text(500)),
    node_id: Type.Optional(nullable(Uuid)),
    sensor_id: Type.Optional(nullable(Uuid)),
    labels: Type.Optional(Labels),
  },
  { additionalProperties: false },
);
export type UpdateAgent = Static<typeof UpdateAgent>;
export const RotateAgentSecret = Type.Object(
  {
    overlap_seconds: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 604_800,
        default: 3600,
        description: 'How long the old secret still signs',
      }),
    ),
  },
  { additionalProperties: false },
);
