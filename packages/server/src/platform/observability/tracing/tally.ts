import { Counter } from 'prom-client';
import type { Metrics } from '../metrics.ts';
import type { DropReason } from './span-queue.ts';

/** What became of spans and of metrics on their way out. Counts also what happens before there are metrics. */
export interface Tally {
  dropped(reason: DropReason, spans: number): void;
  exported(spans: number): void;
  metricsSent(outcome: 'sent' | 'failed'): void;
  register(metrics: Metrics): void;
}

const dropReasons: readonly DropReason[] = ['queue_full', 'export_failed', 'shutdown', 'trace_too_large'];

export const createTally = (): Tally => {
  const dropped = new Counter({
    name: 'gpushield_trace_spans_dropped_total',
    help: 'Spans that were given up, by reason (queue_full, export_failed, shutdown, trace_too_large).',
    labelNames: ['reason'] as const,
    registers: [],
  });
  const exported = new Counter({
    name: 'gpushield_trace_spans_exported_total',
    help: 'Spans that the Collector took.',
    registers: [],
  });
  const metricExports = new Counter({
    name: 'gpushield_otlp_metric_exports_total',
    help: 'Times that the metrics were handed to the Collector, by outcome (sent, failed).',
    labelNames: ['outcome'] as const,
    registers: [],
  });
  // A series that begins at 0 can be alarmed on when it first rises.
  for (const reason of dropReasons) dropped.inc({ reason }, 0);
  return {
    dropped: (reason, spans) => dropped.inc({ reason }, spans),
    exported: (spans) => exported.inc(spans),
    metricsSent: (outcome) => metricExports.inc({ outcome }),
    register: ({ registry }) => {
      registry.registerMetric(dropped);
      registry.registerMetric(exported);
      registry.registerMetric(metricExports);
    },
  };
};
