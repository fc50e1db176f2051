import { resourceFromAttributes, type Resource } from '@opentelemetry/resources';
import type { PushMetricExporter } from '@opentelemetry/sdk-metrics';
import { AlwaysOnSampler, TracerProvider, type SpanProcessor } from '@opentelemetry/sdk-trace';
import type { Metrics } from '../metrics.ts';
import { otlpTarget } from './endpoint.ts';
import { openExporters } from './exporters.ts';
import { startMetricExport, type MetricExport } from './metric-export.ts';
import { createOutageLog } from './outage-log.ts';
import { createSpanQueue, type SpanQueue } from './span-queue.ts';
import type { TracingOptions } from './start-tracing.ts';
import { createTally, type Tally } from './tally.ts';
import { traceBatches, traceDatabase } from './traced-database.ts';
import { createTracer } from './tracer.ts';
import { peersWithin } from './trusted-peers.ts';
import type { Tracing } from './types.ts';

/** What a stop waits for the Collector, in milliseconds. */
const stopDeadlineMs = 3000;
/** What it then waits for connections to close; one that hangs ends by its own timeout, after us. */
const closeDeadlineMs = 200;

/** Longer texts say nothing more. */
const attributeMaxLength = 1024;

const processorOf = (queue: SpanQueue): SpanProcessor => ({
  onStart: () => undefined,
  onEnd: (span) => {
    queue.add(span);
  },
  forceFlush: () => Promise.resolve(),
  shutdown: () => Promise.resolve(),
});

const within = (work: Promise<unknown>, deadlineMs: number): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, deadlineMs);
    void work.finally(() => {
      clearTimeout(timer);
      resolve();
    });
  });

const reveal = (headers: TracingOptions['headers']): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, secret]) => [name, secret.reveal()]));

interface MetricsContext extends Pick<TracingOptions, 'log' | 'clock' | 'version'> {
  readonly resource: Resource;
  readonly tally: Tally;
  readonly endpoint: string;
}

const metricsTo = (
  exporter: PushMetricExporter,
  metrics: Metrics,
  { log, clock, version, resource, tally, endpoint }: MetricsContext,
): MetricExport => {
  const outage = createOutageLog(log, 'metrics', endpoint);
  return startMetricExport({
    exporter,
    metrics,
    resource,
    version,
    clock,
    startedAtMs: performance.timeOrigin,
    onSent: () => {
      outage.worked();
      tally.metricsSent('sent');
    },
    onFailure: (error) => {
      outage.failed(error);
      tally.metricsSent('failed');
    },
  });
};

/** Everything that needs OpenTelemetry's SDK: this file is imported only where `OTLP_ENDPOINT` is set. */
export const startSdk = async (options: TracingOptions, endpoint: string): Promise<Tracing> => {
  const { log, version } = options;
  const exporters = await openExporters(otlpTarget(endpoint), reveal(options.headers));
  const resource = resourceFromAttributes({
    'service.name': 'gpushield',
    'service.version': version,
    'service.instance.id': options.instanceId,
  });
  const tally = createTally();
  const outage = createOutageLog(log, 'traces', endpoint);
  const queue = createSpanQueue({
    exporter: exporters.spans,
    onDropped: tally.dropped,
    onExported: (spans) => {
      outage.worked();
      tally.exported(spans);
    },
    onFailure: outage.failed,
  });
  const provider = new TracerProvider({
    resource,
    sampler: new AlwaysOnSampler(),
    spanLimits: { attributeValueLengthLimit: attributeMaxLength },
    spanProcessors: [processorOf(queue)],
  });
  const tracer = createTracer({
    sdk: provider.getTracer('gpushield', version),
    sampleRatio: options.sampleRatio,
    random: options.random,
    isTrustedPeer: peersWithin(options.trustedProxies),
    onTooLarge: () => {
      tally.dropped('trace_too_large', 1);
    },
  });
  let metricExport: MetricExport | undefined;

  return {
    tracer,
    database: (db) => traceDatabase(db, tracer),
    batches: (db, name) => traceBatches(db, tracer, name),
    start: (metrics) => {
      tally.register(metrics);
      metricExport = metricsTo(exporters.metrics, metrics, { ...options, resource, tally, endpoint });
    },
    stop: async () => {
      await within(Promise.all([queue.close(), metricExport?.close()]), stopDeadlineMs);
      queue.abandon();
      const closing = [exporters.spans.shutdown(), exporters.metrics.shutdown()];
      await within(Promise.allSettled(closing), closeDeadlineMs);
    },
  };
};
