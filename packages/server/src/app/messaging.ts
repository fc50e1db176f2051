import type { KeyedSealer } from '../platform/secrets/index.ts';
import { Counter, Histogram } from 'prom-client';
import type { Metrics } from '../platform/observability/metrics.ts';
import { traceWorker, type Tracer } from '../platform/observability/tracing/index.ts';
import { createOutboundClient, type OutboundClient } from '../platform/outbound/index.ts';
import {
  createQueueMetrics,
  createQueueSender,
  createQueueWorker,
  ensureQueue,
  readAllDepths,
  type QueueSender,
  type QueueWorker,
  type WorkerOptions,
} from '../platform/queue/index.ts';
import { createWebhooks, type Webhooks } from '../platform/webhooks/index.ts';
import type { AppOptions } from './options.ts';

/** The one queue: who sends, and how workers are made. In a process without the role, a worker makes its queue alone. */
export interface QueueParts {
  readonly sender: QueueSender;
  makeWorker(options: WorkerOptions): QueueWorker;
}

/** From a receiver next door to the longest deadline of a request. */
const outboundBucketsSeconds = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export const buildOutbound = ({ clock, log }: AppOptions, { registry }: Metrics): OutboundClient => {
  const requests = new Counter({
    name: 'gpushield_outbound_requests_total',
    help: 'Requests that the server made elsewhere, by purpose and outcome (status class, or kind of failure).',
    labelNames: ['purpose', 'outcome'] as const,
    registers: [registry],
  });
  const durations = new Histogram({
    name: 'gpushield_outbound_request_duration_seconds',
    help: 'Time that requests elsewhere took, by purpose.',
    labelNames: ['purpose'] as const,
    buckets: outboundBucketsSeconds,
    registers: [registry],
  });
  return createOutboundClient({
    clock,
    log,
    metricsHooks: {
      onFinish: ({ policy, outcome, seconds }) => {
        requests.inc({ purpose: policy, outcome });
        durations.observe({ purpose: policy }, seconds);
      },
    },
  });
};

export const buildQueue = (
  { config, workDb, clock, log }: AppOptions,
  { registry }: Metrics,
  tracer: Tracer,
): QueueParts => {
  const metrics = createQueueMetrics({
    registry,
    readDepths: () => readAllDepths(workDb),
    onError: (error) => {
      log.warn({ err: error }, 'the depth of the queues could not be read');
    },
  });
  return {
    sender: createQueueSender(),
    makeWorker: (options) =>
      config.roles.includes('worker')
        ? createQueueWorker(
            { db: workDb, clock, log, random: Math.random, onDeliveries: metrics.onDeliveries },
            traceWorker(options, tracer),
          )
        : { start: () => ensureQueue(workDb, options.queue), stop: () => Promise.resolve() },
  };
};

export const buildWebhooks = (
  deps: AppOptions & {
    readonly randomBytes: (size: number) => Buffer;
    readonly outbound: OutboundClient;
    readonly queue: QueueParts;
    readonly sealer: KeyedSealer;
    readonly metrics: Metrics;
  },
): Webhooks => {
  const attempts = new Counter({
    name: 'gpushield_webhook_attempts_total',
    help: 'Attempts to deliver webhooks, by outcome (succeeded, failed).',
    labelNames: ['outcome'] as const,
    registers: [deps.metrics.registry],
  });
  const { workDb, clock, log, newId, randomBytes, outbound, sealer, queue, config } = deps;
  return createWebhooks({
    db: workDb,
    clock,
    log,
    newId,
    randomBytes,
    outbound,
    sealer,
    random: Math.random,
    queue: queue.sender,
    makeWorker: (options) => queue.makeWorker(options),
    destination: config.webhooks,
    deliver: config.roles.includes('worker'),
    onAttempt: (outcome) => {
      attempts.inc({ outcome });
    },
    onDisabled: ({ endpointId, reason }) => {
      log.warn({ endpoint_id: endpointId, reason }, 'a webhook endpoint was disabled by what it answered');
      return Promise.resolve();
    },
  });
};
