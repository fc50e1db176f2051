import {
  Counter,
  Gauge,
  Histogram,
  Registry,
  type MetricObjectWithValues,
  type MetricValue,
} from 'prom-client';
import { registerProcessMetrics } from './process-metrics.ts';

/** Seconds; from a cached read to the 60 s of the statement timeout. */
const durationBucketsSeconds = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
];

/** Records of one COPY; the default batch is 1000. */
const batchBuckets = [1, 5, 10, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 50_000, 100_000];

/**
 * Every metric of the server. Labels must come from closed sets: routes by their pattern (`/nodes/:id`), never by
 * their path; error codes from the catalogue; methods and outcomes by the words below.
 */
export interface Metrics {
  readonly httpRequests: Counter<'method' | 'route' | 'status'>;
  readonly httpRequestDurationSeconds: Histogram<'method' | 'route'>;
  readonly authAttempts: Counter<'method' | 'outcome'>;
  readonly keyOperations: Counter<'operation'>;
  readonly dbPoolConnections: Gauge<'state'>;
  readonly ingestRecords: Counter<'kind' | 'outcome'>;
  readonly ingestBatchRecords: Histogram;
  readonly ingestBufferRecords: Gauge;
  readonly errors: Counter<'code'>;
  readonly auditEntries: Counter<'outcome'>;
  /** Where domains register their own metrics, and what `/metrics` renders. */
  readonly registry: Registry;
  /** The text of `/metrics`, with its content type. */
  render(): Promise<{ readonly contentType: string; readonly body: string }>;
  /** The same figures as values, for those who hand them on in another form. */
  snapshot(): Promise<readonly MetricSnapshot[]>;
}

/** One metric and its series. A histogram's values are its buckets (label `le`), `NAME_sum` and `NAME_count`. */
export interface MetricSnapshot {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary';
  readonly values: readonly {
    readonly value: number;
    readonly labels: Readonly<Record<string, string | number | undefined>>;
    readonly metricName?: string | undefined;
  }[];
}

export interface MetricsOptions {
  /** Called before each scrape to set gauges that are read rather than counted. Errors fail the scrape. */
  readonly beforeScrape?: (metrics: Metrics) => void | Promise<void>;
}

/** Makes the metrics in a registry of their own, so that two servers in one process do not share counters. */
export const createMetrics = ({ beforeScrape }: MetricsOptions = {}): Metrics => {
  const registry = new Registry();
  const registers = [registry];
  registerProcessMetrics(registry);
  const metrics: Metrics = {
    ...httpMetrics(registers),
    ...identityMetrics(registers),
    ...ingestMetrics(registers),
    registry,
    render: async () => {
      await beforeScrape?.(metrics);
      return { contentType: registry.contentType, body: await registry.metrics() };
    },
    snapshot: async () => {
      await beforeScrape?.(metrics);
      return (await registry.getMetricsAsJSON()).map(snapshotOf);
    },
  };
  return metrics;
};

/** The library types this as a number, and its values are words all the same. */
const typeOf = (type: unknown): MetricSnapshot['type'] => {
  if (type === 'counter' || type === 'gauge' || type === 'histogram' || type === 'summary') return type;
  throw new Error(`There is no metric type ${String(type)}`);
};

const snapshotOf = (metric: MetricObjectWithValues<MetricValue<string>>): MetricSnapshot => ({
  name: metric.name,
  help: metric.help,
  type: typeOf(metric.type),
  values: metric.values,
});

const httpMetrics = (registers: Registry[]) => ({
  httpRequests: new Counter({
    name: 'gpushield_http_requests_total',
    help: 'HTTP requests answered, by method, route pattern and status code.',
    labelNames: ['method', 'route', 'status'] as const,
    registers,
  }),
  httpRequestDurationSeconds: new Histogram({
    name: 'gpushield_http_request_duration_seconds',
    help: 'Time from the first byte of a request to the last of its answer, by method and route pattern.',
    labelNames: ['method', 'route'] as const,
    buckets: durationBucketsSeconds,
    registers,
  }),
  errors: new Counter({
    name: 'gpushield_errors_total',
    help: 'Errors answered to clients, by their code in the catalogue.',
    labelNames: ['code'] as const,
    registers,
  }),
});

const identityMetrics = (registers: Registry[]) => ({
  authAttempts: new Counter({
    name: 'gpushield_auth_attempts_total',
    help: 'Attempts to authenticate, by method (password, api_key, jwt and so on) and outcome (granted, refused, error).',
    labelNames: ['method', 'outcome'] as const,
    registers,
  }),
  keyOperations: new Counter({
    name: 'gpushield_key_operations_total',
    help: 'Operations on API keys (create, revoke, rotate).',
    labelNames: ['operation'] as const,
    registers,
  }),
  auditEntries: new Counter({
    name: 'gpushield_audit_entries_total',
    help: 'Audit entries, by outcome (written, failed).',
    labelNames: ['outcome'] as const,
    registers,
  }),
});

const ingestMetrics = (registers: Registry[]) => ({
  dbPoolConnections: new Gauge({
    name: 'gpushield_db_pool_connections',
    help: 'Connections to PostgreSQL, by state (busy, idle), and callers that wait for one (waiting).',
    labelNames: ['state'] as const,
    registers,
  }),
  ingestRecords: new Counter({
    name: 'gpushield_ingest_records_total',
    help: 'Records offered for storing, by kind and outcome (stored, duplicate, refused).',
    labelNames: ['kind', 'outcome'] as const,
    registers,
  }),
  ingestBatchRecords: new Histogram({
    name: 'gpushield_ingest_batch_records',
    help: 'Records written by one COPY.',
    buckets: batchBuckets,
    registers,
  }),
  ingestBufferRecords: new Gauge({
    name: 'gpushield_ingest_buffer_records',
    help: 'Records that wait for the next COPY.',
    registers,
  }),
});
