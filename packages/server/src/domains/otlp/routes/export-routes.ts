import { Type } from 'typebox';
import { AppError } from '../../../platform/errors.ts';
import { defineRoute, type Route, type RouteResult } from '../../../platform/http/route.ts';
import { acceptExport } from '../accept-export.ts';
import type { Export, OtlpDeps, Signal } from '../deps.ts';
import type { ExportOutcome } from '../outcome.ts';
import { encodePartialSuccess, partialSuccessJson } from '../partial-success.ts';

/** OTLP's own limit, packed and unpacked alike. */
const bodyLimitBytes = 64 * 1024 * 1024;

const isExport = (body: unknown): body is Export =>
  typeof body === 'object' &&
  body !== null &&
  'encoding' in body &&
  'bytes' in body &&
  Buffer.isBuffer(body.bytes) &&
  (body.encoding === 'json' || body.encoding === 'protobuf');

const answer = (signal: Signal, encoding: Export['encoding'], outcome: ExportOutcome): RouteResult =>
  encoding === 'protobuf'
    ? {
        status: 200,
        body: encodePartialSuccess(outcome),
        headers: { 'content-type': 'application/x-protobuf' },
      }
    : { status: 200, body: partialSuccessJson(signal, outcome) };

const exportRoute = (deps: OtlpDeps, signal: Signal, path: string, operationId: string): Route =>
  defineRoute({
    method: 'POST',
    path,
    operationId,
    summary: `OTLP/HTTP: ${signal} of OpenTelemetry exporters and Collectors, in protobuf or JSON, also gzipped`,
    tag: 'OTLP',
    access: { scope: 'telemetry:write' },
    audit: { when: 'before', action: `otlp.${signal}`, resource: 'telemetry' },
    effect: 'own',
    bodyLimitBytes,
    consumes: 'otlp',
    gzip: true,
    errorForm: 'otlp',
    schema: {
      body: Type.Unknown({
        description: `Export${signal === 'traces' ? 'Trace' : signal === 'logs' ? 'Logs' : 'Metrics'}ServiceRequest`,
      }),
      responses: {
        200: Type.Object({
          partialSuccess: Type.Optional(
            Type.Object({ errorMessage: Type.Optional(Type.String()) }, { additionalProperties: true }),
          ),
        }),
      },
    },
    // Traces are not kept, so a key has nothing to guard there.
    errors: [
      'overloaded',
      'storage_full',
      ...(signal === 'traces' ? [] : ['idempotency_key_reused' as const]),
    ],
    handler: async ({ body }, ctx) => {
      if (!isExport(body)) throw new AppError('malformed_body', { detail: 'The body is no OTLP export' });
      return answer(signal, body.encoding, await acceptExport(deps, signal, body, ctx));
    },
  });

/** The paths of OTLP/HTTP, and the seed's own. */
export const otlpRoutes = (deps: OtlpDeps): readonly Route[] => [
  exportRoute(deps, 'metrics', '/v1/metrics', 'otlpMetrics'),
  exportRoute(deps, 'logs', '/v1/logs', 'otlpLogs'),
  exportRoute(deps, 'traces', '/v1/traces', 'otlpTraces'),
  exportRoute(deps, 'metrics', '/api/v1/telemetry/otlp', 'otlpTelemetry'),
];
