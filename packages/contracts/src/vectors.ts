import { Type, type Static } from 'typebox';
import { ModelName } from './inference.ts';
import { PageQuery, Timestamp } from './common.ts';

export const VectorNamespaceName = Type.String({ pattern: '^[a-z0-9][a-z0-9._-]{0,63}$' });
export const VectorId = Type.String({ minLength: 1, maxLength: 256, pattern: '^[^\\u0000-\\u001F]+$' });
export const VectorMetric = Type.Enum(['cosine', 'dot', 'l2']);

/** Largest number of dimensions, of records in one request, and of matches. */
export const maxVectorDimensions = 4096;
export const maxVectorBatch = 256;
export const maxVectorMatches = 100;

const Values = Type.Array(Type.Number({ minimum: -3.4e38, maximum: 3.4e38 }), {
  minItems: 1,
  maxItems: maxVectorDimensions,
});
const scalar = Type.Union([Type.String({ maxLength: 1024 }), Type.Number(), Type.Boolean()]);
export const VectorMetadata = Type.Record(Type.String({ pattern: '^.{1,64}$' }), scalar, {
  maxProperties: 32,
});
const text = Type.String({ minLength: 1, maxLength: 32_768 });

export const VectorRecord = Type.Object(
  {
    id: VectorId,
    values: Type.Optional(Values),
    text: Type.Optional(text),
    metadata: Type.Optional(VectorMetadata),
  },
  { additionalProperties: false },
);
export type VectorRecord = Static<typeof VectorRecord>;

/** Vectors, or texts that the gateway makes vectors of with `model`. The first of a namespace fix its form. */
export const VectorUpsert = Type.Object(
  {
    records: Type.Array(VectorRecord, { minItems: 1, maxItems: maxVectorBatch }),
    model: Type.Optional(ModelName),
    metric: Type.Optional(VectorMetric),
  },
  { additionalProperties: false },
);
export type VectorUpsert = Static<typeof VectorUpsert>;

export const VectorUpserted = Type.Object({ upserted: Type.Integer(), dimensions: Type.Integer() });

export const VectorQuery = Type.Object(
  {
    values: Type.Optional(Values),
    text: Type.Optional(text),
    top_k: Type.Optional(Type.Integer({ minimum: 1, maximum: maxVectorMatches, default: 10 })),
    filter: Type.Optional(VectorMetadata),
    include_values: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);
export type VectorQuery = Static<typeof VectorQuery>;

export const VectorMatches = Type.Object({
  matches: Type.Array(
    Type.Object({
      id: Type.String(),
      score: Type.Number({
        description: 'Cosine or dot product, or the negative distance: higher is nearer',
      }),
      text: Type.Union([Type.String(), Type.Null()]),
      metadata: VectorMetadata,
      values: Type.Optional(Type.Array(Type.Number())),
    }),
  ),
});

export const VectorDelete = Type.Object(
  { ids: Type.Array(VectorId, { minItems: 1, maxItems: 1000 }) },
  { additionalProperties: false },
);

export const VectorNamespace = Type.Object({
  namespace: Type.String(),
  dimensions: Type.Integer(),
  metric: VectorMetric,
  model: Type.Union([Type.String(), Type.Null()]),
  vectors: Type.Integer(),
  created_at: Timestamp,
});
export const VectorNamespacesQuery = Type.Object({ ...PageQuery });
