import { Type, type Static } from 'typebox';

const name = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}$' });
const strict = { additionalProperties: false } as const;
const many = <T extends ReturnType<typeof Type.Object>>(item: T) => Type.Array(item, { maxItems: 1000 });

/** Names between slashes, none of them `.` or `..`. */
const vaultPath = Type.String({
  pattern: '^(?!\\.{1,2}(?:/|$))[^/\\x00-\\x20]+(?:/(?!\\.{1,2}(?:/|$))[^/\\x00-\\x20]+)*$',
  maxLength: 512,
});

/** An upstream as the operator writes it. */
export const UpstreamEntry = Type.Object(
  {
    name,
    kind: Type.Enum(['ollama', 'openai']),
    url: Type.String({ pattern: '^https?://', maxLength: 2048 }),
    concurrency: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
    timeout_seconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 600 })),
    allow_private: Type.Optional(Type.Array(Type.String({ maxLength: 256 }), { maxItems: 100 })),
    discover: Type.Optional(Type.Boolean()),
    api_key_file: Type.Optional(Type.String({ minLength: 1, maxLength: 4096 })),
    api_key_vault: Type.Optional(
      Type.Object(
        {
          mount: Type.Optional(vaultPath),
          path: vaultPath,
          field: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })),
        },
        strict,
      ),
    ),
  },
  strict,
);

/** A model as the operator writes it. */
export const ModelEntry = Type.Object(
  {
    name,
    targets: Type.Array(
      Type.Object(
        {
          upstream: name,
          model: Type.String({ minLength: 1, maxLength: 256 }),
          weight: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 1000 })),
        },
        strict,
      ),
      { minItems: 1, maxItems: 32 },
    ),
    fallbacks: Type.Optional(Type.Array(name, { maxItems: 8 })),
    context_tokens: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000_000 })),
    max_output_tokens: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000_000 })),
    default_output_tokens: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000_000 })),
    bytes_per_token: Type.Optional(Type.Number({ minimum: 1, maximum: 8 })),
    price: Type.Optional(
      Type.Object({ input: Type.Number({ minimum: 0 }), output: Type.Number({ minimum: 0 }) }, strict),
    ),
    gpu_share: Type.Optional(Type.Number({ minimum: 0, maximum: 1024 })),
    concurrency: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
    roles: Type.Optional(Type.Array(Type.String({ maxLength: 64 }), { maxItems: 100 })),
    users: Type.Optional(Type.Array(Type.String({ maxLength: 256 }), { maxItems: 10_000 })),
    limits: Type.Optional(
      Type.Object(
        {
          requests_per_minute: Type.Optional(Type.Integer({ minimum: 1 })),
          tokens_per_minute: Type.Optional(Type.Integer({ minimum: 1 })),
          gpu_seconds_per_hour: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
        },
        strict,
      ),
    ),
  },
  strict,
);

/** The whole file. */
export const CatalogueFile = Type.Object(
  { upstreams: Type.Optional(many(UpstreamEntry)), models: Type.Optional(many(ModelEntry)) },
  strict,
);

export type UpstreamEntry = Static<typeof UpstreamEntry>;
export type ModelEntry = Static<typeof ModelEntry>;
export type CatalogueFile = Static<typeof CatalogueFile>;
