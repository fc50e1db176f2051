import {
  Metadata,
  Server,
  ServerCredentials,
  status,
  type sendUnaryData,
  type ServerUnaryCall,
} from '@grpc/grpc-js';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { TlsOptions } from '../platform/http/server.ts';

/** OTLP's own limit. */
const maxMessageBytes = 64 * 1024 * 1024;

const services = [
  ['opentelemetry.proto.collector.metrics.v1.MetricsService', '/v1/metrics'],
  ['opentelemetry.proto.collector.logs.v1.LogsService', '/v1/logs'],
  ['opentelemetry.proto.collector.trace.v1.TraceService', '/v1/traces'],
] as const;

/** gRPC codes by HTTP status. OTLP retries UNAVAILABLE; RESOURCE_EXHAUSTED only with RetryInfo, so 429 is not that. */
const codeOf = (httpStatus: number): status => {
  if (httpStatus === 401) return status.UNAUTHENTICATED;
  if (httpStatus === 403) return status.PERMISSION_DENIED;
  if (httpStatus === 429 || httpStatus === 502 || httpStatus === 503 || httpStatus === 504)
    return status.UNAVAILABLE;
  return httpStatus >= 500 ? status.INTERNAL : status.INVALID_ARGUMENT;
};

/** The message of a google.rpc.Status in protobuf: field 2, after the one-byte code. */
const messageOf = (body: Buffer): string => {
  if (body[0] !== 0x08 || body[2] !== 0x12) return 'The export was refused';
  let [at, length, scale] = [3, 0, 1];
  for (; at < body.length; at += 1) {
    const byte = body[at] ?? 0;
    length += (byte & 0x7f) * scale;
    scale *= 128;
    if (byte < 0x80) break;
  }
  return body.toString('utf8', at + 1, at + 1 + length);
};

const passedOn = ['authorization', 'x-correlation-id', 'traceparent', 'user-agent'] as const;

const addressOf = (peer: string): string => {
  const host = peer
    .replace(/:\d+$/, '')
    .replace(/^\[|\]$/g, '')
    .replace(/^ipv[46]:/, '');
  return host === '' ? '127.0.0.1' : host;
};

const asIs = (bytes: Buffer): Buffer => bytes;

/** Hands a call to the HTTP route of its signal, so that it passes the one pipeline: identity, limits, audit. */
const handle =
  (app: FastifyInstance, path: string) =>
  (call: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>): void => {
    const headers: Record<string, string> = { 'content-type': 'application/x-protobuf' };
    for (const name of passedOn) {
      const [value] = call.metadata.get(name);
      if (typeof value === 'string') headers[name] = value;
    }
    const request = {
      method: 'POST' as const,
      url: path,
      headers,
      payload: call.request,
      remoteAddress: addressOf(call.getPeer()),
    };
    app.inject(request).then(
      (response) => {
        if (response.statusCode === 200) {
          done(null, response.rawPayload);
          return;
        }
        const metadata = new Metadata();
        const retryAfter = Number(response.headers['retry-after']);
        if (retryAfter > 0) metadata.set('grpc-retry-pushback-ms', String(retryAfter * 1000));
        done({ code: codeOf(response.statusCode), details: messageOf(response.rawPayload), metadata });
      },
      () => {
        done({ code: status.UNAVAILABLE, details: 'The server cannot take this export now' });
      },
    );
  };

export interface OtlpGrpcOptions {
  readonly app: FastifyInstance;
  readonly host: string;
  readonly port: number;
  readonly tls: TlsOptions | undefined;
  readonly log: Pick<Logger, 'warn' | 'info'>;
}

const credentialsOf = (tls: TlsOptions | undefined): ServerCredentials => {
  if (tls === undefined) return ServerCredentials.createInsecure();
  const bytes = (part: unknown): Buffer => (Buffer.isBuffer(part) ? part : Buffer.from(String(part)));
  return ServerCredentials.createSsl(null, [{ cert_chain: bytes(tls.cert), private_key: bytes(tls.key) }]);
};

/**
 * OTLP/gRPC. A port that is taken (by a Collector on the same machine, say) is no reason not to start: it is said, and
 * OTLP/HTTP serves all the same. Answers the port that it listens on; undefined when it does not.
 */
export const startOtlpGrpc = async ({
  app,
  host,
  port,
  tls,
  log,
}: OtlpGrpcOptions): Promise<{ readonly port: number | undefined; stop(): Promise<void> }> => {
  const server = new Server({ 'grpc.max_receive_message_length': maxMessageBytes });
  for (const [service, path] of services)
    server.addService(
      {
        Export: {
          path: `/${service}/Export`,
          requestStream: false,
          responseStream: false,
          requestSerialize: asIs,
          requestDeserialize: asIs,
          responseSerialize: asIs,
          responseDeserialize: asIs,
        },
      },
      { Export: handle(app, path) },
    );
  const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  const bound = await new Promise<number | undefined>((resolve) => {
    server.bindAsync(address, credentialsOf(tls), (error, actual) => {
      resolve(error === null ? actual : undefined);
    });
  });
  if (bound === undefined)
    log.warn(
      { port },
      'OTLP/gRPC does not listen: its port is taken. Set GPUSHIELD_OTLP_GRPC_PORT to another one, or to 0 for none',
    );
  return {
    port: bound,
    stop: () =>
      new Promise((resolve) => {
        server.tryShutdown(() => resolve());
        setTimeout(() => {
          server.forceShutdown();
          resolve();
        }, 2000).unref();
      }),
  };
};
