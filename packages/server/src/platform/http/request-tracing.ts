import type { FastifyInstance } from 'fastify';
import { noTracing, type RequestSpan, type Tracer } from '../observability/tracing/index.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Undefined where nothing is traced, and for requests that Fastify refuses before any hook. */
    span: RequestSpan | undefined;
  }
}

/** Status of requests that nobody waits for any more, as proxies write it down. */
const clientClosedStatus = 499;

/**
 * One span for each request. It is entered twice: parsing the body goes on in the connection's context, not in the
 * request's. Register it after the hook that sets `request.state`.
 */
export const registerTracing = (app: FastifyInstance, tracer: Tracer | undefined): void => {
  app.decorateRequest('span');
  if (tracer === undefined || tracer === noTracing.tracer) return;
  app.addHook('onRequest', (request, _reply, done) => {
    request.span = tracer.startRequest({
      method: request.method,
      path: request.url.split('?', 1)[0] ?? '/',
      scheme: request.protocol,
      httpVersion: request.raw.httpVersion,
      headers: request.headers,
      peerAddress: request.raw.socket.remoteAddress,
      correlationId: request.state.subject.correlationId,
    });
    request.span.run(done);
  });
  app.addHook('preValidation', (request, _reply, done) => {
    if (request.span === undefined) done();
    else request.span.run(done);
  });
  app.addHook('onResponse', (request, reply, done) => {
    request.span?.end(request.state.route?.path, reply.statusCode);
    done();
  });
  app.addHook('onRequestAbort', (request, done) => {
    request.span?.end(request.state.route?.path, clientClosedStatus);
    done();
  });
};
