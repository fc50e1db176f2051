import { Server, ServerCredentials } from '@grpc/grpc-js';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { TlsOptions } from '../platform/http/server.ts';
import { createGrpcCalls, type GrpcCallLimits } from './otlp-grpc-calls.ts';

/**
 * gRPC gathers a message in memory before anybody sees it: at most `maxArriving` of this size. Collectors take 4 MiB
 * unless told; larger exports go by HTTP.
 */
const maxMessageBytes = 16 * 1024 * 1024;
const callLimits: GrpcCallLimits = {
  maxArriving: 32,
  maxHeldBytes: 256 * 1024 * 1024,
  arrivalMs: 60_000,
};
/** Calls of one connection at once; the window of each, 64 KiB, is all that is held of one that is not let in. */
const maxConcurrentStreams = 64;
/** A connection without calls is closed after this. Exporters connect anew by themselves. */
const idleMs = 300_000;

const services = [
  ['opentelemetry.proto.collector.metrics.v1.MetricsService', '/v1/metrics'],
  ['opentelemetry.proto.collector.logs.v1.LogsService', '/v1/logs'],
  ['opentelemetry.proto.collector.trace.v1.TraceService', '/v1/traces'],
] as const;

const asIs = (bytes: Buffer): Buffer => bytes;

export interface OtlpGrpcOptions {
  readonly app: FastifyInstance;
  readonly host: string;
  readonly port: number;
  readonly tls: TlsOptions | undefined;
  readonly log: Pick<Logger, 'warn' | 'info'>;
  readonly limits?: Partial<GrpcCallLimits>;
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
  limits,
}: OtlpGrpcOptions): Promise<{ readonly port: number | undefined; stop(): Promise<void> }> => {
  const paths = new Map(services.map(([service, path]) => [`/${service}/Export`, path]));
  const calls = createGrpcCalls(app, (method) => paths.get(method) ?? '/v1/metrics', {
    ...callLimits,
    ...limits,
  });
  const server = new Server({
    'grpc.max_receive_message_length': maxMessageBytes,
    'grpc.max_concurrent_streams': maxConcurrentStreams,
    'grpc.max_connection_idle_ms': idleMs,
    interceptors: [calls.interceptor],
  });
  for (const [service] of services)
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
      { Export: calls.handle },
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
