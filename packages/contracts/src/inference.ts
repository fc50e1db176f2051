import { Type, type Static } from 'typebox';
import { PageQuery, Timestamp, Uuid, text } from './common.ts';
import { scopes } from './scopes.ts';

/** A model's name: of the catalogue, or as its server calls it. */
export const ModelName = Type.String({
  minLength: 1,
  maxLength: 128,
  pattern: '^[A-Za-z0-9*][A-Za-z0-9._:/@-]*$',
});

/** A token of a minute for one model (seed 3). */
export const ScopedTokenRequest = Type.Object(
  {
    model: ModelName,
    max_tokens: Type.Integer({ minimum: 1, maximum: 10_000_000 }),
    scopes: Type.Array(Type.Enum([...scopes]), { minItems: 1, maxItems: 16, uniqueItems: true }),
  },
  { additionalProperties: false },
);
export type ScopedTokenRequest = Static<typeof ScopedTokenRequest>;

export const ScopedTokenResponse = Type.Object({
  access_token: Type.String(),
  token_type: Type.Literal('bearer'),
  expires_in: Type.Integer({ description: 'Seconds' }),
  model: Type.String(),
  max_tokens: Type.Integer(),
  scopes: Type.Array(Type.String()),
});

/** Seed 3's request. */
export const GenerateRequest = Type.Object(
  {
    prompt: Type.String({ minLength: 1 }),
    model: ModelName,
    max_tokens: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000_000 })),
    temperature: Type.Optional(Type.Number({ minimum: 0, maximum: 2 })),
    system: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
);
export type GenerateRequest = Static<typeof GenerateRequest>;

export const GenerateResponse = Type.Object({
  content: Type.String(),
  model: Type.String(),
  tokens_used: Type.Integer({ description: 'Tokens of prompt and answer, as they were charged' }),
  latency_ms: Type.Integer(),
});

/** A model as the operator sees it. */
export const ModelInfo = Type.Object({
  name: Type.String(),
  targets: Type.Array(
    Type.Object({
      upstream: Type.String(),
      model: Type.String(),
      weight: Type.Number(),
      status: Type.String(),
    }),
  ),
  fallbacks: Type.Array(Type.String()),
  context_tokens: Type.Union([Type.Integer(), Type.Null()]),
  max_output_tokens: Type.Integer(),
  price: Type.Object({ input: Type.Number(), output: Type.Number() }),
  gpu_share: Type.Number(),
});
export type ModelInfo = Static<typeof ModelInfo>;

export const ModelList = Type.Object({ data: Type.Array(ModelInfo) });

/** A model server as the operator sees it; its key is never shown. */
export const UpstreamInfo = Type.Object({
  name: Type.String(),
  kind: Type.Enum(['ollama', 'openai']),
  url: Type.String(),
  status: Type.Enum(['unknown', 'healthy', 'unhealthy']),
  checked_at: Type.Union([Timestamp, Type.Null()]),
  detail: Type.String(),
  concurrency: Type.Integer(),
});

/** One entry of the ledger. */
export const UsageRecord = Type.Object({
  id: Uuid,
  at: Timestamp,
  principal_id: Type.String(),
  kind: Type.Enum(['inference', 'reservation']),
  subject: Type.String({ description: 'The model, or the kind of GPU' }),
  operation: Type.String(),
  provider: Type.Union([Type.String(), Type.Null()]),
  outcome: Type.String(),
  prompt_tokens: Type.Integer(),
  completion_tokens: Type.Integer(),
  gpu_seconds: Type.Number(),
  cost: Type.Number(),
  duration_ms: Type.Number(),
  correlation_id: Type.String(),
});
export type UsageRecord = Static<typeof UsageRecord>;

const usageFilter = {
  principal_id: Type.Optional(text(256, 1)),
  subject: Type.Optional(text(256, 1)),
  kind: Type.Optional(Type.Enum(['inference', 'reservation'])),
  from: Type.Optional(Timestamp),
  to: Type.Optional(Timestamp),
};
export const UsageQuery = Type.Object({ ...usageFilter, ...PageQuery });
export const UsageSumQuery = Type.Object(usageFilter);
export type UsageSumQuery = Static<typeof UsageSumQuery>;

export const UsageSummary = Type.Object({
  data: Type.Array(
    Type.Object({
      principal_id: Type.String(),
      subject: Type.String(),
      kind: Type.String(),
      calls: Type.Integer(),
      prompt_tokens: Type.Integer(),
      completion_tokens: Type.Integer(),
      gpu_seconds: Type.Number(),
      cost: Type.Number(),
    }),
  ),
});
