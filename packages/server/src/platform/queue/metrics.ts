import { Counter, Gauge, type Registry } from 'prom-client';
import type { DeliveryResult, QueueDepth } from './types.ts';

export interface QueueMetricsDeps {
  readonly registry: Registry;
  /** Asked once a scrape. */
  readonly readDepths: () => Promise<readonly QueueDepth[]>;
  readonly onError: (error: unknown) => void;
}

export interface QueueMetrics {
  /** Give it to workers as `onDeliveries`. */
  onDeliveries(queue: string, result: DeliveryResult, messages: number): void;
}

const gauges: readonly {
  readonly name: string;
  readonly help: string;
  readonly value: (depth: QueueDepth) => number;
}[] = [
  {
    name: 'gpushield_queue_depth_messages',
    help: 'Messages in a queue: visible, delayed and under way.',
    value: ({ messages }) => messages,
  },
  {
    name: 'gpushield_queue_oldest_message_age_seconds',
    help: 'Age of the oldest message in a queue; 0 when it is empty.',
    value: ({ oldestAgeSeconds }) => oldestAgeSeconds ?? 0,
  },
  {
    name: 'gpushield_queue_dead_letter_messages',
    help: 'Messages that were given up and wait for an operator.',
    value: ({ deadLetters }) => deadLetters,
  },
];

/** Registers the queue's metrics. The label `queue` has the names of the server's own queues, a dozen. */
export const createQueueMetrics = ({ registry, readDepths, onError }: QueueMetricsDeps): QueueMetrics => {
  const registers = [registry];
  let reading: Promise<readonly QueueDepth[] | undefined> | undefined;
  // The gauges are collected side by side: one look at the database serves them all. A scrape goes on without it,
  // because metrics must tell of an outage too.
  const read = () => {
    reading ??= readDepths()
      .catch((error: unknown) => {
        onError(error);
        return undefined;
      })
      .finally(() => {
        reading = undefined;
      });
    return reading;
  };
  for (const { name, help, value } of gauges) {
    new Gauge({
      name,
      help,
      labelNames: ['queue'],
      registers,
      async collect() {
        const depths = await read();
        this.reset();
        for (const depth of depths ?? []) this.set({ queue: depth.queue }, value(depth));
      },
    });
  }
  const deliveries = new Counter({
    name: 'gpushield_queue_deliveries_total',
    help: 'Deliveries of messages, by queue and outcome (done, retry, dead, lost, returned).',
    labelNames: ['queue', 'outcome'],
    registers,
  });
  return {
    onDeliveries: (queue, outcome, messages) => {
      deliveries.inc({ queue, outcome }, messages);
    },
  };
};
