import type { Clock } from '../clock.ts';
import type { Database } from '../database/types.ts';
import type { Logger } from '../observability/index.ts';
import type { DestinationPolicy, OutboundClient } from '../outbound/types.ts';
import type { QueueSender, QueueWorker, WorkerOptions } from '../queue/types.ts';
import type { Sealer } from '../secrets/seal-types.ts';

export interface DisabledEndpoint {
  readonly endpointId: string;
  readonly reason: 'gone' | 'failing';
}

export interface WebhooksDeps {
  readonly db: Database;
  readonly queue: QueueSender;
  readonly makeWorker: (options: WorkerOptions) => QueueWorker;
  readonly outbound: OutboundClient;
  readonly sealer: Sealer;
  readonly clock: Clock;
  readonly log: Logger;
  readonly newId: () => string;
  /** From 0 to less than 1. */
  readonly random: () => number;
  readonly randomBytes: (size: number) => Buffer;
  /** Where webhooks may go beyond public https addresses: the operator's setting. */
  readonly destination?: Omit<DestinationPolicy, 'name'>;
  /** After an endpoint was disabled by what it answered. Errors are logged. */
  readonly onDisabled?: (endpoint: DisabledEndpoint) => Promise<void>;
  /** For metrics: once for each attempt. `outcome` is of few values. */
  readonly onAttempt?: (outcome: 'succeeded' | 'failed', seconds: number) => void;
  /** False for a process that only publishes; true unless told. */
  readonly deliver?: boolean;
  /** Deliveries under way at once in this process; 512 unless told. */
  readonly concurrency?: number;
  /** The whole exchange with a receiver; 15 s unless told. */
  readonly timeoutMs?: number;
}

/** The queue that deliveries wait in. */
export const webhookQueue = 'webhooks';
