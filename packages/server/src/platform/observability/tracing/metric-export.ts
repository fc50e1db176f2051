import type { Resource } from '@opentelemetry/resources';
import type { PushMetricExporter } from '@opentelemetry/sdk-metrics';
import type { Clock } from '../../clock.ts';
import type { Metrics } from '../metrics.ts';
import { toOtlpMetrics } from './otlp-metrics.ts';

export interface MetricExportDeps {
  readonly exporter: Pick<PushMetricExporter, 'export'>;
  readonly metrics: Pick<Metrics, 'snapshot'>;
  readonly resource: Resource;
  readonly version: string;
  readonly clock: Clock;
  readonly startedAtMs: number;
  readonly onSent: () => void;
  readonly onFailure: (error: unknown) => void;
  readonly intervalMs?: number;
}

export interface MetricExport {
  /** Sends what stands now; one at a time. Never rejects. */
  send(): Promise<void>;
  /** Sends a last time. */
  close(): Promise<void>;
}

/** As often as Prometheus is usually told to scrape. */
const defaultIntervalMs = 15_000;

/** Hands the registry's figures on, again and again. They are cumulative: one that fails is made good by the next. */
export const startMetricExport = (deps: MetricExportDeps): MetricExport => {
  const { exporter, metrics, resource, version, clock, startedAtMs } = deps;
  let underWay: Promise<void> | undefined;

  const sendOnce = async (): Promise<void> => {
    try {
      const snapshot = await metrics.snapshot();
      const nowMs = clock.nowMs();
      const data = toOtlpMetrics({ snapshot, resource, version, startedAtMs, nowMs });
      const result = await new Promise<{ code: number; error?: Error }>((resolve) => {
        exporter.export(data, resolve);
      });
      if (result.code !== 0) throw result.error ?? new Error('The export failed');
      deps.onSent();
    } catch (error) {
      deps.onFailure(error);
    }
  };
  const send = (): Promise<void> =>
    (underWay ??= sendOnce().finally(() => {
      underWay = undefined;
    }));
  const timer = setInterval(() => void send(), deps.intervalMs ?? defaultIntervalMs);
  timer.unref();

  return {
    send,
    close: async () => {
      clearInterval(timer);
      await underWay;
      await send();
    },
  };
};
