import type { Client } from '@grpc/grpc-js';
import type { SendExport, Signal } from '../domains/otlp/index.ts';
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
  return async (signal, { encoding, bytes }) => {
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
    });
    if (status < 200 || status > 299) throw new Error(`it answered ${status}`);
  };
};

const asIs = (bytes: Buffer): Buffer => bytes;

/** gRPC's code is read when the first export goes on, and not at all where none does. */
const overGrpc = (url: string, headers: Headers): { send: SendExport; close: () => void } => {
  const { host, protocol } = new URL(url);
  let opened: Client | undefined;
  const send: SendExport = async (signal, { encoding, bytes }) => {
    if (encoding === 'json')
      throw new Error('an export in JSON cannot go on over gRPC: name the Collector’s HTTP port');
    const grpc = await import('@grpc/grpc-js');
    const client = (opened ??= new grpc.Client(
      host,
      protocol === 'https:' ? grpc.credentials.createSsl() : grpc.credentials.createInsecure(),
    ));
    const metadata = new grpc.Metadata();
    for (const [name, value] of Object.entries(revealed(headers))) metadata.set(name, value);
    const options = { deadline: Date.now() + timeoutMs };
    await new Promise<void>((resolve, reject) => {
      client.makeUnaryRequest(serviceOf[signal], asIs, asIs, bytes, metadata, options, (error) => {
        if (error === null) resolve();
        else reject(new Error(error.details));
      });
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
