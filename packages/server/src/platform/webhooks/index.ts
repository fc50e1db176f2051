import type { Tx } from '../database/types.ts';
import type { DestinationPolicy } from '../outbound/types.ts';
import { ensureQueue, type QueueHandler, type QueueWorker } from '../queue/index.ts';
import { batched } from '../batched.ts';
import { deliver, type DeliverDeps } from './deliver.ts';
import { loadDeliveries } from './delivery-store.ts';
import { webhookQueue, type WebhooksDeps } from './deps.ts';
import { createHousekeeping } from './housekeeping.ts';
import { parseJob } from './job.ts';
import { createLanes } from './lanes.ts';
import {
  continueFanOut,
  publish,
  publishAll,
  publishEach,
  type AddressedEvent,
  type WebhookEvent,
} from './publish.ts';
import { createRecorder } from './record.ts';
import { resendFailed, resendMessage, sendTest } from './resend.ts';
import { makeWebhookSecret, parseWebhookSecret, secretPurpose } from './secret.ts';

export type { DisabledEndpoint, WebhooksDeps } from './deps.ts';
export type { AddressedEvent, WebhookEvent } from './publish.ts';
export { sealedWebhookSecrets } from './secret.ts';

const defaultConcurrency = 512;
/** Loads and records of deliveries: two statements under way at once keep both sides busy. */
const parallelLoads = 2;
const loadMax = 100;
/** A read that found no place is no attempt: the retry table counts attempts, not the queue. */
const readsMax = 1_000_000;
const stopGraceMs = 10_000;

/** Publishing and delivering webhooks, and what their management needs of it. */
export interface Webhooks {
  /**
   * Publishes an event in the caller's transaction and answers the message's id. Throws `RangeError` for a type, key or
   * payload that no message may have.
   */
  publish(tx: Tx, event: WebhookEvent): Promise<string>;
  /** Publishes many events in this order, with one statement for all of them. Throws `RangeError` as `publish` does. */
  publishAll(tx: Tx, events: readonly WebhookEvent[]): Promise<void>;
  /**
   * Publishes events, each to one endpoint whatever it subscribes to, in the caller's transaction and in this order.
   * Endpoints that are gone or disabled get nothing. Throws `RangeError` as `publish` does.
   */
  publishEach(tx: Tx, events: readonly AddressedEvent[]): Promise<void>;
  /** Sends one message again; false when there is none of this id. */
  resendMessage(tx: Tx, endpointId: string, messageId: string): Promise<boolean>;
  /** Sends again what failed at or after `since`, up to 1,000. */
  resendFailed(
    tx: Tx,
    endpointId: string,
    since: Date,
  ): Promise<{ readonly resent: number; readonly hasMore: boolean }>;
  /** Sends a test event to this endpoint alone; answers the message's id. */
  sendTest(tx: Tx, endpointId: string): Promise<string>;
  /** Whether webhooks may go to this URL, as far as its text says. */
  checkUrl(url: string): { readonly ok: true } | { readonly ok: false; readonly reason: string };
  makeSecret(): string;
  isSecret(text: string): boolean;
  /** For the column `webhook_secrets.sealed` of the row `secretId`. */
  sealSecret(secretId: string, secret: string): string;
  /** Makes the queue where there is none; begins to deliver, unless `deliver` is false. */
  start(): Promise<void>;
  /** Takes no more, waits up to 10 s for what is under way, and gives the rest back. */
  stop(): Promise<void>;
}

const createDeliveryWorker = (deps: WebhooksDeps, policy: DestinationPolicy): QueueWorker => {
  const concurrency = deps.concurrency ?? defaultConcurrency;
  const parts: DeliverDeps = {
    ...deps,
    policy,
    lanes: createLanes({ ...deps, places: concurrency }),
    load: batched({
      run: (ids) => loadDeliveries(deps.db, ids, new Date(deps.clock.nowMs())),
      batchMax: loadMax,
      parallel: parallelLoads,
    }),
    record: createRecorder(deps),
  };
  const handler: QueueHandler = async (message, context) => {
    const job = parseJob(message.body);
    if (job === undefined) return { kind: 'dead', reason: 'This is no job of webhooks' };
    if (job.kind === 'deliver') return deliver(parts, job, context);
    await deps.db.transaction((tx) => continueFanOut(deps, tx, job));
    return { kind: 'done' };
  };
  return deps.makeWorker({
    queue: webhookQueue,
    handler,
    concurrency,
    maxAttempts: readsMax,
    whenDone: 'delete',
    backoff: { firstMs: 500, longestMs: 30_000 },
  });
};

/** Webhooks by Standard Webhooks over the queue. One per process. */
export const createWebhooks = (deps: WebhooksDeps): Webhooks => {
  const policy: DestinationPolicy = { ...deps.destination, name: 'webhook' };
  const worker = createDeliveryWorker(deps, policy);
  const housekeeping = createHousekeeping(deps);
  return {
    publish: (tx, event) => publish(deps, tx, event),
    publishAll: (tx, events) => publishAll(deps, tx, events),
    publishEach: (tx, events) => publishEach(deps, tx, events),
    resendMessage: (tx, endpointId, messageId) => resendMessage(deps, tx, endpointId, messageId),
    resendFailed: (tx, endpointId, since) => resendFailed(deps, tx, endpointId, since),
    sendTest: (tx, endpointId) => sendTest(deps, tx, endpointId),
    checkUrl: (url) => deps.outbound.check(policy, url),
    makeSecret: () => makeWebhookSecret(deps.randomBytes),
    isSecret: (text) => parseWebhookSecret(text) !== undefined,
    sealSecret: (secretId, secret) => deps.sealer.seal(secret, secretPurpose(secretId)),
    start: async () => {
      await ensureQueue(deps.db, webhookQueue);
      if (deps.deliver === false) return;
      await worker.start();
      housekeeping.start();
    },
    stop: async () => {
      if (deps.deliver === false) return;
      await housekeeping.stop();
      await worker.stop(stopGraceMs);
    },
  };
};
