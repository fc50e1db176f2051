import { errorCatalogue, OAuthError, Problem, type ErrorCode } from '@gpushield/contracts';
import { idempotencyTtlHours } from '../idempotency/index.ts';
import { statusInForm, type ErrorForm } from './error-forms.ts';
import type { Route } from './route.ts';

export interface OpenApiInfo {
  readonly version: string;
}

type Json = Readonly<Record<string, unknown>>;

const commonErrors: readonly ErrorCode[] = [
  'invalid_request',
  'rate_limited',
  'blocked',
  'overloaded',
  'internal',
  'unavailable',
  'database_unavailable',
];
const authErrors: readonly ErrorCode[] = [
  'not_authenticated',
  'invalid_token',
  'token_expired',
  'invalid_api_key',
  'api_key_expired',
  'api_key_revoked',
  'user_disabled',
  'insufficient_scope',
];
const bodyErrors: readonly ErrorCode[] = [
  'malformed_body',
  'validation_failed',
  'body_too_large',
  'unsupported_media_type',
];
const idempotencyErrors: readonly ErrorCode[] = [
  'invalid_idempotency_key',
  'idempotency_in_progress',
  'idempotency_key_reused',
];

/** Every error that a route can answer with: its own, and those that its kind can always give. */
export const errorsOf = (route: Route): readonly ErrorCode[] => [
  ...new Set([
    ...commonErrors,
    ...('scope' in route.access ? authErrors : []),
    ...(route.schema.body === undefined ? [] : bodyErrors),
    ...(route.effect === 'transaction' || route.effect === 'recorded' ? idempotencyErrors : []),
    ...(route.audit.when === 'none' ? [] : (['audit_unavailable'] as const)),
    ...(route.errors ?? []),
  ]),
];

const errorContent: Readonly<Record<ErrorForm, Json>> = {
  problem: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  oauth: { 'application/json': { schema: OAuthError } },
  openai: {
    'application/json': {
      schema: {
        type: 'object',
        required: ['error'],
        properties: {
          error: {
            type: 'object',
            required: ['message', 'type', 'code'],
            properties: {
              message: { type: 'string' },
              type: { type: 'string' },
              param: { type: ['string', 'null'] },
              code: { type: 'string' },
            },
          },
        },
      },
    },
  },
  ollama: {
    'application/json': {
      schema: {
        type: 'object',
        required: ['error'],
        properties: { error: { type: 'string' }, code: { type: 'string' } },
      },
    },
  },
  otlp: {
    'application/json': {
      schema: {
        type: 'object',
        description: 'google.rpc.Status, in protobuf where the request was',
        properties: { code: { type: 'integer' }, message: { type: 'string' } },
      },
    },
  },
};

const errorResponses = (route: Route): Json => {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of errorsOf(route)) {
    const { status: known } = errorCatalogue[code];
    const status = statusInForm(route.errorForm, known);
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      String(status),
      {
        description: codes.map((code) => `\`${code}\` ${errorCatalogue[code].title}`).join('; '),
        content: errorContent[route.errorForm ?? 'problem'],
      },
    ]),
  );
};

const successResponses = (route: Route): Json =>
  Object.fromEntries(
    Object.entries(route.schema.responses).map(([status, schema]) => [
      status,
      schema === null
        ? { description: 'Done' }
        : { description: 'Success', content: { [route.produces ?? 'application/json']: { schema } } },
    ]),
  );

const propertiesOf = (
  schema: unknown,
): { properties: Record<string, unknown>; required: readonly string[] } => {
  if (typeof schema !== 'object' || schema === null) return { properties: {}, required: [] };
  const properties: unknown = Reflect.get(schema, 'properties');
  const required: unknown = Reflect.get(schema, 'required');
  return {
    properties: typeof properties === 'object' && properties !== null ? { ...properties } : {},
    required: Array.isArray(required) ? required.filter((name) => typeof name === 'string') : [],
  };
};

const parametersIn = (place: 'path' | 'query', schema: unknown): readonly Json[] => {
  const { properties, required } = propertiesOf(schema);
  return Object.entries(properties).map(([name, part]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: part,
  }));
};

const idempotencyParameter: Json = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: `The same key with the same payload gets the first answer again, for ${String(idempotencyTtlHours)} hours.`,
  schema: { type: 'string', minLength: 1, maxLength: 257 },
};

const requestTypes = {
  json: ['application/json'],
  form: ['application/x-www-form-urlencoded'],
  otlp: ['application/x-protobuf', 'application/json'],
  'json-lines': ['application/json', 'application/x-ndjson'],
} as const;

const auditText = (route: Route): string => {
  if (route.audit.when === 'none') return `Not audited: ${route.audit.why}.`;
  return `Audited as \`${route.audit.action}\`.`;
};

const operation = (route: Route): Json => {
  const takesKey =
    route.effect === 'transaction' ||
    route.effect === 'recorded' ||
    route.errors?.includes('idempotency_key_reused') === true;
  const scoped = 'scope' in route.access;
  return {
    operationId: route.operationId,
    summary: route.summary,
    tags: [route.tag],
    description: `${scoped ? `Scope \`${route.access.scope}\`.` : 'Public.'} ${auditText(route)}`,
    parameters: [
      ...parametersIn('path', route.schema.params),
      ...parametersIn('query', route.schema.query),
      ...(takesKey ? [idempotencyParameter] : []),
    ],
    ...(route.schema.body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: Object.fromEntries(
              requestTypes[route.consumes ?? 'json'].map((type) => [type, { schema: route.schema.body }]),
            ),
          },
        }),
    responses: { ...successResponses(route), ...errorResponses(route) },
    security: scoped ? [{ bearer: [] }] : [],
  };
};

/** The OpenAPI 3.1 document of these routes. Schemas are JSON Schema already; nothing is translated. */
export const openApiDocument = (routes: readonly Route[], info: OpenApiInfo): Json => {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = route.path.replace(/::|:(\w+)/g, (_all, name: string | undefined) =>
      name === undefined ? ':' : `{${name}}`,
    );
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) };
  }
  const { $id: _id, ...problem } = { $id: undefined, ...Problem };
  return {
    openapi: '3.1.0',
    info: {
      title: 'GPUShield',
      version: info.version,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      description:
        'One control plane for a fleet of GPUs. Errors are RFC 9457 problem+json; lists answer data and pagination; every path works with and without its trailing slash.',
    },
    servers: [{ url: '/' }],
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: { Problem: problem },
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'An access token of POST /auth/login, or an API key',
        },
      },
    },
  };
};
