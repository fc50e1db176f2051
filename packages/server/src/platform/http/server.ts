import fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import cors from '@fastify/cors';
import type { SecureContextOptions } from 'node:tls';
import { AppError } from '../errors.ts';
import { createPeerCertificates } from '../identity/peer-certificate.ts';
import type { Clock } from '../clock.ts';
import type { Tracer } from '../observability/tracing/index.ts';
import { clientAddress } from './client-address.ts';
import { answerClientError } from './client-error.ts';
import { classifyError } from './classify-error.ts';
import { correlationIdOf } from './correlation.ts';
import { decisionEntry } from './audit-entry.ts';
import { registerDocs } from './docs.ts';
import { noteRefusal } from './gate.ts';
import { registerPages, type Pages } from './pages.ts';
import { registerJsonBody } from './json-body.ts';
import { createNotFound } from './not-found.ts';
import { instanceOf, registerRoute, type PipelineDeps } from './pipeline.ts';
import { renderError } from './error-forms.ts';
import { registerTracing } from './request-tracing.ts';
import type { Route } from './route.ts';
import { securityHeaders } from './security-headers.ts';

export interface TlsOptions extends Pick<SecureContextOptions, 'cert' | 'key' | 'ca'> {
  /** True where a client CA is configured: certificates are asked for and checked, yet not required. */
  readonly requestCert: boolean;
}

export interface HttpServerOptions extends Omit<PipelineDeps, 'stopping'> {
  readonly routes: readonly Route[];
  readonly clock: Clock;
  readonly newId: () => string;
  readonly version: string;
  readonly corsOrigins: readonly string[];
  /** CIDRs of proxies whose forwarded headers are believed. */
  readonly trustedProxies: readonly string[];
  readonly tls?: TlsOptions | undefined;
  readonly onRequest: (method: string, route: string, status: number, seconds: number) => void;
  readonly onError: (code: string) => void;
  /** The console; undefined: none is served. */
  readonly pages?: Pages | undefined;
  /** Undefined: nothing is traced. */
  readonly tracer?: Tracer | undefined;
}

export interface HttpServer {
  readonly app: FastifyInstance;
  /** Takes no more, lets what it accepted finish within `graceMs`, and closes. */
  drain(graceMs: number): Promise<void>;
}

/** A whole request, body included, arrives within this; slower senders get 408. */
const requestTimeoutMs = 60_000;
const headersTimeoutMs = 15_000;
const keepAliveTimeoutMs = 72_000;
const maxHeaderBytes = 16 * 1024;
const maxParamLength = 512;

const createFastify = (options: HttpServerOptions): FastifyInstance => {
  const base = {
    loggerInstance: options.log,
    logController: new LogController({ disableRequestLogging: true }),
    // One logger for all: the correlation id is named where something is said.
    childLoggerFactory: (logger: FastifyBaseLogger) => logger,
    genReqId: () => '',
    trustProxy: options.trustedProxies.length > 0 ? [...options.trustedProxies] : false,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    forceCloseConnections: 'idle' as const,
    return503OnClosing: false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength },
    clientErrorHandler: (error: Error, socket: Parameters<typeof answerClientError>[1]) => {
      answerClientError(error, socket, options.newId);
    },
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      request.state = stateOf(request, options.newId);
      void sendProblem(options, classifyError(error), request, reply);
    },
  };
  const http = { maxHeaderSize: maxHeaderBytes, headersTimeout: headersTimeoutMs };
  const { tls } = options;
  if (tls === undefined) return fastify({ ...base, http }) as unknown as FastifyInstance;
  const https = { ...http, ...tls, minVersion: 'TLSv1.3' as const, rejectUnauthorized: false };
  return fastify({ ...base, https }) as unknown as FastifyInstance;
};

const stateOf = (request: FastifyRequest, newId: () => string): FastifyRequest['state'] => ({
  subject: {
    correlationId: correlationIdOf(request.headers, newId),
    remoteAddress: clientAddress(request),
    userAgent: request.headers['user-agent'] ?? null,
  },
  route: undefined,
  principal: undefined,
  ownOnly: false,
  entered: false,
  leave: () => undefined,
  admitSigned: undefined,
});

const auditRefusal = async (
  options: HttpServerOptions,
  error: AppError,
  request: FastifyRequest,
): Promise<void> => {
  const { route, principal, subject } = request.state;
  if (route === undefined || route.audit.when === 'none' || (error.status !== 401 && error.status !== 403))
    return;
  if (route.audit.when === 'handler' && (route.audit.refusals !== true || request.state.entered)) return;
  const entry = decisionEntry({
    route,
    params: request.params,
    subject,
    principal,
    granted: false,
    reason: error.code,
  });
  await options.audit.record(entry).catch((failure: unknown) => {
    request.log.error({ err: failure }, 'a refusal could not be audited');
  });
};

const sendProblem = async (
  options: HttpServerOptions,
  error: AppError,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> => {
  const { correlationId } = request.state.subject;
  const rendered = renderError(request.state.route?.errorForm, error, {
    instance: instanceOf(request),
    correlationId,
    requestType: request.headers['content-type'],
  });
  options.onError(error.code);
  request.span?.fail(error.code);
  if (rendered.status >= 500) {
    request.log.error({ err: error.options.cause ?? error, correlation_id: correlationId }, error.code);
  }
  reply.code(rendered.status).type(rendered.contentType);
  reply.header('x-correlation-id', correlationId);
  for (const [name, value] of Object.entries(rendered.headers)) reply.header(name, value);
  // What is left of a body that was refused unread would be taken for the next request.
  if (rendered.status === 413 || rendered.status === 408) reply.header('connection', 'close');
  await reply.send(Buffer.isBuffer(rendered.body) ? rendered.body : JSON.stringify(rendered.body));
};

const registerHooks = (app: FastifyInstance, options: HttpServerOptions, stopping: AbortSignal): void => {
  app.decorateRequest('state');
  const security = securityHeaders(options.tls !== undefined);
  app.addHook('onRequest', async (request, reply) => {
    request.state = stateOf(request, options.newId);
    reply.headers(security).header('x-correlation-id', request.state.subject.correlationId);
    if (stopping.aborted) {
      reply.header('connection', 'close');
      throw new AppError('shutting_down');
    }
  });
  app.addHook('onResponse', async (request, reply) => {
    request.state.leave();
    const route = request.state.route?.path ?? 'unmatched';
    options.onRequest(request.method, route, reply.statusCode, reply.elapsedTime / 1000);
    request.log.debug(
      {
        correlation_id: request.state.subject.correlationId,
        method: request.method,
        route,
        status: reply.statusCode,
        duration_ms: Math.round(reply.elapsedTime),
        principal_id: request.state.principal?.id,
      },
      'request',
    );
  });
  app.addHook('onRequestAbort', async (request) => {
    request.state.leave();
  });
};

/** The HTTP server: Fastify behind our pipeline, with nothing reachable that is not in `routes` or the docs. */
export const createHttpServer = async (options: HttpServerOptions): Promise<HttpServer> => {
  const stopping = new AbortController();
  const app = createFastify(options);
  registerHooks(app, options, stopping.signal);
  registerTracing(app, options.tracer);
  registerJsonBody(app);
  app.setErrorHandler(async (thrown, request, reply) => {
    const error = classifyError(thrown);
    noteRefusal(options, error, request);
    await auditRefusal(options, error, request);
    await sendProblem(options, error, request, reply);
  });
  const notFound = createNotFound(options.routes);
  app.setNotFoundHandler(async (request, reply) => {
    await sendProblem(options, notFound(request.method, instanceOf(request)), request, reply);
  });
  if (options.corsOrigins.length > 0) {
    await app.register(cors, {
      origin: [...options.corsOrigins],
      credentials: false,
      maxAge: 600,
      exposedHeaders: ['X-Correlation-ID', 'Retry-After', 'RateLimit', 'RateLimit-Policy', 'Location'],
    });
  }
  await registerDocs(app, options.routes, options.version);
  if (options.pages !== undefined) await registerPages(app, options.pages);
  const peerCertificates = createPeerCertificates();
  const certificateOf =
    options.certificateOf ??
    (options.tls?.requestCert === true
      ? (request: FastifyRequest) => peerCertificates(request.raw.socket)
      : undefined);
  for (const route of options.routes)
    registerRoute(app, route, { ...options, certificateOf, stopping: stopping.signal });
  await app.ready();

  return {
    app,
    drain: async (graceMs) => {
      stopping.abort();
      const started = options.clock.monotonicMs();
      const closed = app.close();
      const timer = setInterval(() => {
        if (options.clock.monotonicMs() - started > graceMs) app.server.closeAllConnections();
      }, 100);
      await closed.finally(() => {
        clearInterval(timer);
      });
    },
  };
};
