import { createSecretKey, randomBytes, randomUUIDv7 } from 'node:crypto';
import { pino } from 'pino';
import type { Scope } from '@gpushield/contracts';
import type { Audit, AuditInput } from '../platform/audit/types.ts';
import { systemClock, type Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database/index.ts';
import { AppError } from '../platform/errors.ts';
import { createAdmission, type AdmissionLimits } from '../platform/http/admission.ts';
import { createCursorCodec } from '../platform/http/cursor.ts';
import { defaultGateLimits, type GateLimits } from '../platform/http/gate.ts';
import type { Route } from '../platform/http/route.ts';
import { createHttpServer, type HttpServer } from '../platform/http/server.ts';
import { createValidatorFactory } from '../platform/http/validation.ts';
import { createRecordedAnswers } from '../platform/idempotency/index.ts';
import type { Authenticator, Principal } from '../platform/identity/principal.ts';
import { createMemoryLimiter } from '../platform/limits/limiter.ts';
import type { Metrics } from '../platform/observability/metrics.ts';
import type { Tracer } from '../platform/observability/tracing/index.ts';

/** An audit trail in memory, which can be told to fail. For tests of what stands on the trail, not of the trail. */
export interface RecordedAudit extends Audit {
  readonly entries: AuditInput[];
  failing: boolean;
}

export const recordedAudit = (): RecordedAudit => {
  const audit: RecordedAudit = {
    entries: [],
    failing: false,
    record: (entry) => {
      if (audit.failing) return Promise.reject(new AppError('audit_unavailable'));
      audit.entries.push(entry);
      return Promise.resolve();
    },
  };
  return audit;
};

/** A principal with just these scopes. */
export const principalWith = (id: string, scopes: readonly Scope[]): Principal => ({
  id,
  kind: 'user',
  name: id,
  roles: [],
  scopes: new Set(scopes),
  credentialId: `credential-${id}`,
  credentialExpiresAtMs: null,
});

/** `Authorization: Bearer <name>` for each of the named principals; anything else is refused. */
export const namedPrincipals = (principals: Readonly<Record<string, Principal>>): Authenticator => ({
  authenticate: ({ authorization }) => {
    if (authorization === undefined) return Promise.reject(new AppError('not_authenticated'));
    const principal = principals[authorization.replace(/^Bearer /, '')];
    return principal === undefined
      ? Promise.reject(new AppError('invalid_token'))
      : Promise.resolve(principal);
  },
});

export interface HarnessOptions {
  readonly db: Database;
  readonly routes: readonly Route[];
  readonly principals: Readonly<Record<string, Principal>>;
  readonly audit?: Audit;
  readonly clock?: Clock;
  readonly limits?: Partial<GateLimits>;
  readonly admission?: AdmissionLimits;
  readonly tracer?: Tracer;
  readonly metrics?: Metrics;
}

/** The real pipeline around some routes, with principals by name. */
export const httpHarness = (options: HarnessOptions): Promise<HttpServer> => {
  const clock = options.clock ?? systemClock();
  return createHttpServer({
    routes: options.routes,
    db: options.db,
    audit: options.audit ?? recordedAudit(),
    authenticator: namedPrincipals(options.principals),
    limiter: createMemoryLimiter(clock),
    limits: { ...defaultGateLimits, ...options.limits },
    admission: createAdmission(options.admission),
    recordedAnswers: createRecordedAnswers({ db: options.db, newId: () => randomUUIDv7() }),
    validators: createValidatorFactory(),
    log: pino({ level: 'silent' }),
    clock,
    newId: () => randomUUIDv7(),
    version: '0.0.0-test',
    corsOrigins: [],
    trustedProxies: [],
    onAuthAttempt: () => undefined,
    tracer: options.tracer,
    onRequest: (method, route, status) =>
      options.metrics?.httpRequests.inc({ method, route, status: String(status) }),
    onError: () => undefined,
  });
};

/** A cursor codec with a key of its own. */
export const testCursors = () => createCursorCodec(createSecretKey(randomBytes(32)));
