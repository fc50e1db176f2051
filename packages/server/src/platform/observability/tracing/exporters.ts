import type { PushMetricExporter } from '@opentelemetry/sdk-metrics';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import type { OtlpTarget } from './endpoint.ts';

export interface Exporters {
  readonly spans: SpanExporter;
  readonly metrics: PushMetricExporter;
}

/** One attempt, answer included. Below the deadline of a stop and far below the interval of the metrics. */
const timeoutMillis = 5000;

/** Neither signal sends more than one request at a time; what waits does so in our own bounded queue. */
const concurrencyLimit = 2;

/** The exporters of one transport; the other one's code is not even read. */
export const openExporters = async (
  target: OtlpTarget,
  headers: Readonly<Record<string, string>>,
): Promise<Exporters> => {
  if (target.kind === 'grpc') {
    const { Metadata } = await import('@grpc/grpc-js');
    const traces = await import('@opentelemetry/exporter-trace-otlp-grpc');
    const metrics = await import('@opentelemetry/exporter-metrics-otlp-grpc');
    const metadata = new Metadata();
    for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
    const options = { url: target.url, metadata, timeoutMillis, concurrencyLimit };
    return {
      spans: new traces.OTLPTraceExporter(options),
      metrics: new metrics.OTLPMetricExporter(options),
    };
  }
  const traces = await import('@opentelemetry/exporter-trace-otlp-proto');
  const metrics = await import('@opentelemetry/exporter-metrics-otlp-proto');
  const options = { headers: { ...headers }, timeoutMillis, concurrencyLimit };
  return {
    spans: new traces.OTLPTraceExporter({ ...options, url: target.tracesUrl }),
    metrics: new metrics.OTLPMetricExporter({ ...options, url: target.metricsUrl }),
  };
};
