import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';

const run = promisify(execFile);
const script = fileURLToPath(new URL('../../../shared/peers/otelcol', import.meta.url));

/** Whether the real Collector is here; says so loudly where it is not. */
export const hasCollector = (): boolean => {
  const found = existsSync(script);
  if (!found)
    console.warn(
      'SKIPPED: no OpenTelemetry Collector in ../shared/peers; OTLP export was not tested against it',
    );
  return found;
};

export interface OtlpSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface OtlpMetric {
  readonly name: string;
  readonly unit: string;
  readonly points: readonly {
    readonly value: unknown;
    readonly attributes: Readonly<Record<string, unknown>>;
  }[];
}

/** What the Collector handed on, in the order in which it came. */
export interface Receiver {
  readonly url: string;
  readonly spans: OtlpSpan[];
  readonly metrics: OtlpMetric[];
  readonly resources: Readonly<Record<string, unknown>>[];
  stop(): Promise<void>;
}

type Json = Readonly<Record<string, unknown>>;

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null;
const listIn = (value: Json, key: string): readonly Json[] => {
  const found = value[key];
  return Array.isArray(found) ? found.filter(isJson) : [];
};
const objectIn = (value: Json, key: string): Json => {
  const found = value[key];
  return isJson(found) ? found : {};
};
const textIn = (value: Json, key: string): string => {
  const found = value[key];
  return typeof found === 'string' ? found : '';
};

const attributesOf = (value: Json): Record<string, unknown> =>
  Object.fromEntries(
    listIn(value, 'attributes').map((one) => [textIn(one, 'key'), Object.values(objectIn(one, 'value'))[0]]),
  );

const spanOf = (span: Json): OtlpSpan => ({
  name: textIn(span, 'name'),
  traceId: textIn(span, 'traceId'),
  spanId: textIn(span, 'spanId'),
  ...(textIn(span, 'parentSpanId') === '' ? {} : { parentSpanId: textIn(span, 'parentSpanId') }),
  attributes: attributesOf(span),
});

const metricOf = (metric: Json): OtlpMetric => {
  const data = ['sum', 'gauge', 'histogram'].flatMap((kind) => listIn(objectIn(metric, kind), 'dataPoints'));
  return {
    name: textIn(metric, 'name'),
    unit: textIn(metric, 'unit'),
    points: data.map((point) => ({
      value: point['asDouble'] ?? point['count'],
      attributes: attributesOf(point),
    })),
  };
};

const bodyOf = async (request: IncomingMessage): Promise<Json> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const parsed: unknown = JSON.parse(
    (request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString('utf8'),
  );
  return isJson(parsed) ? parsed : {};
};

/** Takes OTLP/HTTP JSON on loopback. */
export const startReceiver = async (): Promise<Receiver> => {
  const spans: OtlpSpan[] = [];
  const metrics: OtlpMetric[] = [];
  const resources: Json[] = [];
  const take = (body: Json): void => {
    for (const group of [...listIn(body, 'resourceSpans'), ...listIn(body, 'resourceMetrics')]) {
      resources.push(attributesOf(objectIn(group, 'resource')));
      spans.push(...listIn(group, 'scopeSpans').flatMap((scope) => listIn(scope, 'spans').map(spanOf)));
      metrics.push(
        ...listIn(group, 'scopeMetrics').flatMap((scope) => listIn(scope, 'metrics').map(metricOf)),
      );
    }
  };
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      take(body);
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    spans,
    metrics,
    resources,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

export interface Collector {
  /** `http://127.0.0.1:PORT`, to which a path is to be added for OTLP/HTTP. */
  readonly httpUrl: string;
  readonly grpcUrl: string;
  stop(): Promise<void>;
}

/** The real Collector, which hands everything on to `receiver`. */
export const startCollector = async (receiver: Receiver): Promise<Collector> => {
  const dir = await mkdtemp(join(tmpdir(), 'gpushield-otelcol-'));
  const { stdout } = await run(script, ['up', dir, receiver.url, 'http-json']);
  const found = (name: string): string => {
    const value = new RegExp(`^${name}=(.+)$`, 'm').exec(stdout)?.[1];
    if (value === undefined) throw new Error(`The Collector did not say its ${name}: ${stdout}`);
    return value;
  };
  return {
    httpUrl: found('OTLP_HTTP'),
    grpcUrl: `http://${found('OTLP_GRPC')}`,
    stop: async () => {
      await run(script, ['down', dir]);
      await rm(dir, { recursive: true, force: true });
    },
  };
};

const keptLogCharacters = 8_000;

export type ForwardForm = 'http' | 'http-json' | 'grpc';
export interface ForwardingCollector {
  readonly httpUrl: string;
  /** The end of what it logged: why an export was given up. */
  log(): Promise<string>;
  stop(): Promise<void>;
}

/** The real Collector, which hands everything on to GPUShield at `endpoint` with this key, in this form. */
export const forwardThroughCollector = async (
  endpoint: string,
  form: ForwardForm,
  apiKey: string,
): Promise<ForwardingCollector> => {
  const dir = await mkdtemp(join(tmpdir(), 'gpushield-otelcol-'));
  const header = `authorization=Bearer ${apiKey}`;
  const { stdout } = await run(script, ['up', dir, endpoint, form, header]);
  const httpUrl = /^OTLP_HTTP=(.+)$/m.exec(stdout)?.[1];
  if (httpUrl === undefined) throw new Error(`The Collector did not say where it listens: ${stdout}`);
  return {
    httpUrl,
    log: async () => (await run(script, ['log', dir])).stdout.slice(-keptLogCharacters),
    stop: async () => {
      await run(script, ['down', dir]);
      await rm(dir, { recursive: true, force: true });
    },
  };
};
