import type { Client } from '@grpc/grpc-js';
import {
  ForwardRefused,
  toProtobuf,
  type Export,
  type SendExport,
  type Signal,
} from '../domains/otlp/index.ts';
import { otlpTarget } from '../platform/observability/tracing/index.ts';
import type { OutboundClient } from '../platform/outbound/index.ts';
import type { Secret } from '../platform/secrets/index.ts';

const timeoutMs = 10_000;
const maxAnswerBytes = 64 * 1024;

const serviceOf: Readonly<Record<Signal, string>> = {
  metrics: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
  logs: '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
  traces: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
};

/** What OTLP/HTTP has a client retry; every other status is said for good. */
const retried: ReadonlySet<number> = new Set([429, 502, 503, 504]);
/** The same by gRPC: CANCELLED, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, OUT_OF_RANGE, UNAVAILABLE, DATA_LOSS. */
const retriedCodes: ReadonlySet<number> = new Set([1, 4, 8, 10, 11, 14, 15]);
/** Turning JSON into protobuf takes time that requests wait for; Collectors take 4 MiB by gRPC in any case. */
const maxTurnedBytes = 8 * 1024 * 1024;

const inProtobuf = (signal: Signal, { encoding, bytes }: Export): Buffer => {
  if (encoding === 'protobuf') return bytes;
  if (bytes.length > maxTurnedBytes)
    throw new ForwardRefused('an export in JSON is too large to go on over gRPC');
  return toProtobuf(signal, JSON.parse(bytes.toString('utf8')));
};

type Headers = Readonly<Record<string, Secret>>;
const revealed = (headers: Headers): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.reveal()]));

const overHttp = (metricsUrl: string, headers: Headers, outbound: OutboundClient): SendExport => {
  const { hostname, port, protocol } = new URL(metricsUrl);
  // The operator named this address: it may be anywhere.
  const policy = {
    name: 'otlp',
    allowHttp: true,
    allowPrivate: [hostname],
    ports: [port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port)],
  };
  return async (signal, { encoding, bytes }, ending) => {
    const { status } = await outbound.request(policy, {
      method: 'POST',
      url: metricsUrl.replace(/metrics$/, signal),
      headers: {
        ...revealed(headers),
        'content-type': encoding === 'json' ? 'application/json' : 'application/x-protobuf',
      },
      body: bytes,
      timeoutMs,
      maxResponseBytes: maxAnswerBytes,
      signal: ending,
    });
    if (status >= 200 && status <= 299) return;
    const why = `it answered ${status}`;
    throw retried.has(status) ? new Error(why) : new ForwardRefused(why);
  };
};

const asIs = (bytes: Buffer): Buffer => bytes;

/** gRPC's code is read when the first export goes on, and not at all where none does. */
const overGrpc = (url: string, headers: Headers): { send: SendExport; close: () => void } => {
  const { host, protocol } = new URL(url);
  let opened: Client | undefined;
  const send: SendExport = async (signal, sent, ending) => {
    const bytes = inProtobuf(signal, sent);
    const grpc = await import('@grpc/grpc-js');
    const client = (opened ??= new grpc.Client(
      host,
      protocol === 'https:' ? grpc.credentials.createSsl() : grpc.credentials.createInsecure(),
    ));
    const metadata = new grpc.Metadata();
    for (const [name, value] of Object.entries(revealed(headers))) metadata.set(name, value);
    const options = { deadline: Date.now() + timeoutMs };
    await new Promise<void>((resolve, reject) => {
      const call = client.makeUnaryRequest(
        serviceOf[signal],
        asIs,
        asIs,
        bytes,
        metadata,
        options,
        (error) => {
          ending.removeEventListener('abort', cancel);
          if (error === null) resolve();
          else reject(retriedCodes.has(error.code) ? error : new ForwardRefused(error.details));
        },
      );
      const cancel = (): void => call.cancel();
      ending.addEventListener('abort', cancel);
    });
  };
  return { send, close: () => opened?.close() };
};

/** How exports are sent on to OTLP_ENDPOINT. */
export const openForwarding = (
  endpoint: string,
  headers: Headers,
  outbound: OutboundClient,
): { readonly send: SendExport; readonly close: () => void } => {
  const target = otlpTarget(endpoint);
  return target.kind === 'grpc'
    ? overGrpc(target.url, headers)
    : { send: overHttp(target.metricsUrl, headers, outbound), close: () => undefined };
};
