import { Type, type Static, type TSchema } from 'typebox';

/** A UUID as it is written here: lower case, of any version. */
export const uuidPattern = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

/** RFC 9562 UUID, lower case; ours are version 7. */
export const Uuid = Type.String({ format: 'uuid', description: 'UUID (version 7 where GPUShield made it)' });

/** RFC 3339 date-time. Answers carry milliseconds and are in UTC. */
export const Timestamp = Type.String({
  format: 'date-time',
  maxLength: 40,
  description: 'RFC 3339, UTC, milliseconds',
});

/** A short human name: letters, digits, and what host names and people use. */
export const Name = Type.String({
  minLength: 1,
  maxLength: 253,
  pattern: '^[A-Za-z0-9][A-Za-z0-9._:@/ -]*$',
});

/** Free text without control characters other than line breaks and tabs. */
export const text = (maxLength: number, minLength = 0) =>
  Type.String({ minLength, maxLength, pattern: '^[^\\u0000-\\u0008\\u000B\\u000C\\u000E-\\u001F]*$' });

/** Up to 64 labels. */
export const Labels = Type.Record(Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._/-]{0,62}$' }), text(253), {
  additionalProperties: false,
  maxProperties: 64,
  description: 'Labels, at most 64',
});

/** Largest page of any list. */
export const maxPageSize = 500;
export const defaultPageSize = 50;

/** Query of every list: `limit` and an opaque, signed `cursor`. */
export const PageQuery = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: maxPageSize, default: defaultPageSize })),
  cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 1024 })),
};

/** `{data, pagination: {cursor, has_more}}`; `cursor` is null on the last page. */
export const pageOf = <T extends TSchema>(item: T) =>
  Type.Object({
    data: Type.Array(item),
    pagination: Type.Object({
      cursor: Type.Union([Type.String(), Type.Null()]),
      has_more: Type.Boolean(),
    }),
  });

/** RFC 9457 problem with our extensions. */
export const Problem = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    instance: Type.String(),
    code: Type.String({ description: 'Stable code from the error catalogue' }),
    correlation_id: Type.String(),
    remediation: Type.String(),
    errors: Type.Optional(
      Type.Array(Type.Object({ field: Type.String(), message: Type.String() }), {
        description: 'What is wrong with which field; at most 50',
      }),
    ),
  },
  { $id: 'Problem' },
);
export type Problem = Static<typeof Problem>;

export const Severity = Type.Enum(['info', 'low', 'medium', 'high', 'critical']);
export type Severity = 'info' | 'low' | 'medium' | 'high' | 'critical';
export const severities: readonly Severity[] = ['info', 'low', 'medium', 'high', 'critical'];

/** Value or null. */
export const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
