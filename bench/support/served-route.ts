/**
 * One route that answers a small JSON object, as `bare` Fastify or behind the whole `pipeline`, as a program of its
 * own that tells its parent the port. Behind the pipeline one credential is known from memory and audit entries go
 * nowhere, so that what remains is the pipeline's own work, not the disk's.
 */
import { randomUUIDv7 } from 'node:crypto';
import fastify, { type FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { Type } from 'typebox';
import { systemClock } from '../../packages/server/src/platform/clock.ts';
import type { Database } from '../../packages/server/src/platform/database/index.ts';
import { createAdmission } from '../../packages/server/src/platform/http/admission.ts';
import { defaultGateLimits } from '../../packages/server/src/platform/http/gate.ts';
import { defineRoute, ok } from '../../packages/server/src/platform/http/route.ts';
import { createHttpServer } from '../../packages/server/src/platform/http/server.ts';
import { createRecordedAnswers } from '../../packages/server/src/platform/idempotency/index.ts';
import { createValidatorFactory } from '../../packages/server/src/platform/http/validation.ts';
import { createMemoryLimiter } from '../../packages/server/src/platform/limits/limiter.ts';
import { createMetrics } from '../../packages/server/src/platform/observability/metrics.ts';
import { namedPrincipals, principalWith } from '../../packages/server/src/testing/http-harness.ts';
import { servedBody, servedCredential, servedPath, type ServedKind } from './served-route-process.ts';

const unlimited = Number.MAX_SAFE_INTEGER;

const noDatabase = (): never => {
  throw new Error('The route that is measured needs no database');
};

const withoutDatabase: Database = {
  query: noDatabase,
  prepared: noDatabase,
  transaction: noDatabase,
  listen: noDatabase,
  stats: noDatabase,
  ping: noDatabase,
  close: noDatabase,
};

const bare = async (): Promise<FastifyInstance> => {
  const app = fastify();
  app.get(servedPath, async (_request, reply) => {
    reply.type('application/json; charset=utf-8');
    return reply.send(JSON.stringify(servedBody));
  });
  return app;
};

const route = defineRoute({
  method: 'GET',
  path: servedPath,
  operationId: 'served',
  summary: 'Nothing but the pipeline',
  tag: 'Bench',
  access: { scope: 'self' },
  audit: { when: 'with', action: 'bench.read' },
  effect: 'read',
  schema: { responses: { 200: Type.Object({ id: Type.String(), name: Type.String() }) } },
  handler: async () => ok(servedBody),
});

const behindPipeline = async (): Promise<FastifyInstance> => {
  const clock = systemClock();
  const metrics = createMetrics();
  const { app } = await createHttpServer({
    routes: [route],
    db: withoutDatabase,
    audit: { record: () => Promise.resolve() },
    authenticator: namedPrincipals({ [servedCredential]: principalWith('bench', ['self']) }),
    limiter: createMemoryLimiter(clock),
    // The limits do their work and never refuse: a bench sends more than any client may.
    limits: {
      ...defaultGateLimits,
      perAddress: { ...defaultGateLimits.perAddress, quota: unlimited },
      perPrincipal: { ...defaultGateLimits.perPrincipal, quota: unlimited },
    },
    admission: createAdmission(),
    recordedAnswers: createRecordedAnswers({ db: withoutDatabase, newId: () => randomUUIDv7() }),
    validators: createValidatorFactory(),
    log: pino({ level: 'warn' }),
    clock,
    newId: () => randomUUIDv7(),
    version: '0.0.0-bench',
    corsOrigins: [],
    trustedProxies: [],
    onAuthAttempt: (method, outcome) => metrics.authAttempts.inc({ method, outcome }),
    onRequest: (method, path, status, seconds) => {
      metrics.httpRequests.inc({ method, route: path, status: String(status) });
      metrics.httpRequestDurationSeconds.observe({ method, route: path }, seconds);
    },
    onError: (code) => metrics.errors.inc({ code }),
  });
  return app;
};

const builders: Readonly<Record<ServedKind, () => Promise<FastifyInstance>>> = {
  bare,
  pipeline: behindPipeline,
};
const kind: ServedKind = process.argv[2] === 'bare' ? 'bare' : 'pipeline';
const app = await builders[kind]();
await app.listen({ host: '127.0.0.1', port: 0 });
const address = app.server.address();
process.send?.(typeof address === 'object' ? address?.port : undefined);
process.on('disconnect', () => process.exit(0));
