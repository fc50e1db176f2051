import { join } from 'node:path';
import { buildDomains } from './app/domains.ts';
import type { AppOptions } from './app/options.ts';
import { serveTerminals } from './app/terminal-sockets.ts';
import { buildTracing, traced } from './app/tracing.ts';
import { buildPlatform, sealedColumns, type Platform } from './app/platform.ts';
import { createAdmission } from './platform/http/admission.ts';
import { gateLimits } from './platform/http/gate-limits.ts';
import type { Route } from './platform/http/route.ts';
import { createHttpServer, type HttpServer } from './platform/http/server.ts';
import { createValidatorFactory } from './platform/http/validation.ts';
import { createRecordedAnswers } from './platform/idempotency/index.ts';
import type { Tracer } from './platform/observability/tracing/index.ts';
import { checkSealingKeys } from './platform/secrets/index.ts';
import { anonymousAuthenticator, type Argon2Pool } from './platform/identity/index.ts';

export type { AppOptions } from './app/options.ts';

/** The assembled control plane. */
export interface App {
  readonly http: HttpServer;
  readonly routes: readonly Route[];
  readonly argon2: Argon2Pool;
  /** Makes it ready to serve: partitions, listeners, the audit chain. Call it before `http.app.listen`. */
  start(): Promise<void>;
  /** Writes what was accepted and lets go of everything; call it after `http.drain`. */
  stop(): Promise<void>;
}

/** Where `npm install` builds the console. */
const consoleDirectory = join(import.meta.dirname, '../../console/dist');

const serveRoutes = (
  options: AppOptions,
  platform: Platform,
  routes: readonly Route[],
  tracer: Tracer | undefined,
): Promise<HttpServer> => {
  const { config } = options;
  const { metrics, identity, limits } = platform;
  return createHttpServer({
    ...options,
    routes,
    tracer,
    pages: { directory: consoleDirectory, prefix: '/console/' },
    audit: platform.audit.writer,
    limiter: limits.limiter,
    blocks: limits.guard,
    limits: gateLimits(config.limits.rates),
    admission: createAdmission(),
    recordedAnswers: createRecordedAnswers(options),
    validators: createValidatorFactory(),
    authenticator: config.identity.requireAuth
      ? identity.authenticator
      : anonymousAuthenticator(identity.authenticator),
    corsOrigins: config.http.corsOrigins,
    trustedProxies: config.http.trustedProxies,
    onAuthAttempt: (method, outcome) => {
      metrics.authAttempts.inc({ method, outcome });
    },
    onRequest: (method, route, status, seconds) => {
      metrics.httpRequests.inc({ method, route, status: String(status) });
      metrics.httpRequestDurationSeconds.observe({ method, route }, seconds);
    },
    onError: (code) => {
      metrics.errors.inc({ code });
    },
  });
};

/** Wires the platform and every domain. With `app/`, the only place that knows them all. */
export const buildApp = async (given: AppOptions): Promise<App> => {
  const tracing = await buildTracing(given);
  const options = traced(given, tracing);
  const platform = buildPlatform(options, tracing.tracer);
  const { routes, running, tasks, terminals } = buildDomains(options, platform);
  const scheduler = platform.makeScheduler(tasks);
  const tracer = given.config.telemetry.otlpEndpoint === undefined ? undefined : tracing.tracer;
  const served = await serveRoutes(options, platform, routes, tracer);
  const { streams } = platform;
  const sockets =
    terminals === undefined
      ? undefined
      : serveTerminals({ app: served.app, port: terminals, streams, log: options.log });
  const http: HttpServer = {
    app: served.app,
    // A terminal would hold the server open for as long as somebody looks at it.
    drain: (graceMs) => {
      sockets?.stop();
      return served.drain(graceMs);
    },
  };
  const { audit, identity, argon2, limits, outbound, sealer, sweeper, webhooks } = platform;
  const parts = [audit.writer, audit.trail, limits, identity, ...running, webhooks, sweeper, scheduler];
  return {
    http,
    routes,
    argon2,
    start: async () => {
      const now = (): Date => new Date(options.clock.nowMs());
      await checkSealingKeys({ db: options.db, sealer, columns: sealedColumns, now });
      tracing.start(platform.metrics);
      for (const part of parts) await part.start();
    },
    stop: async () => {
      for (const part of [scheduler, sweeper, webhooks, ...running.toReversed(), identity, limits]) {
        await part.stop();
      }
      await argon2.close();
      await audit.writer.close();
      await audit.trail.stop();
      await outbound.close();
      await tracing.stop();
    },
  };
};
