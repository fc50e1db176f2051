import type { Tx } from '../database/types.ts';
import { maxBatchMessages } from '../queue/index.ts';
import { webhookQueue, type WebhooksDeps } from './deps.ts';
import { filtersTaking, isEventType } from './event-filter.ts';
import { lowestUuid, type Job } from './job.ts';
import {
  fanOutTo,
  findMessage,
  insertAddressed,
  insertAndFanOut,
  insertAndFanOutAll,
  type BatchMessage,
} from './message-store.ts';

/** Largest body of a message. */
export const maxPayloadBytes = 256 * 1024;
const keyMaxLength = 256;
/** Endpoints that the publisher's own transaction serves; what is beyond them is a worker's. */
const fanOutAtOnce = 50;
const fanOutBatch = 500;
/** Bodies of one statement: far below what a statement may hold, and far above what a batch mostly is. */
const maxStatementLength = 8 * 1024 * 1024;

export interface WebhookEvent {
  /** Dotted lower-case words, such as `alert.created`. */
  readonly type: string;
  /** Messages of the same key come one after the other at endpoints that are `ordered`. 1 to 256 characters. */
  readonly key?: string;
  /** An object, written as JSON once; or the JSON text itself, sent as it is. At most 256 KiB. */
  readonly payload: Readonly<Record<string, unknown>> | string;
  /** A UUID; the same id again publishes nothing. */
  readonly id?: string;
}

/** An event for one endpoint alone. */
export interface AddressedEvent extends WebhookEvent {
  readonly endpointId: string;
}

type PublishDeps = Pick<WebhooksDeps, 'queue' | 'clock' | 'newId'>;

/** Throws `RangeError` for what no message may be: these are mistakes of the caller. */
export const bodyOf = ({ type, key, payload }: WebhookEvent): string => {
  if (!isEventType(type)) throw new RangeError(`A webhook event cannot be named ${JSON.stringify(type)}`);
  if (key !== undefined && (key === '' || key.length > keyMaxLength || key.includes('\0'))) {
    throw new RangeError(`A webhook key has 1 to ${String(keyMaxLength)} characters`);
  }
  const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
  if (Buffer.byteLength(body) > maxPayloadBytes) {
    throw new RangeError(`A webhook payload has at most ${String(maxPayloadBytes)} bytes`);
  }
  // PostgreSQL would refuse the one and UTF-8 change the other, after it was signed.
  if (body.includes('\0') || !body.isWellFormed())
    throw new RangeError('A webhook payload must be well-formed text');
  return body;
};

export const sendJobs = async (
  { queue }: Pick<WebhooksDeps, 'queue'>,
  tx: Tx,
  jobs: readonly Job[],
): Promise<void> => {
  for (let from = 0; from < jobs.length; from += maxBatchMessages) {
    await queue.sendBatch(tx, webhookQueue, jobs.slice(from, from + maxBatchMessages));
  }
};

/**
 * Publishes an event in the caller's transaction: nothing is sent unless it commits. Answers the message's id, which
 * receivers see as `webhook-id`. Messages of one key keep the order in which their transactions inserted them; whoever
 * needs it holds a lock on what the key names.
 */
export const publish = async (deps: PublishDeps, tx: Tx, event: WebhookEvent): Promise<string> => {
  const body = bodyOf(event);
  const { type, key = null, id = deps.newId() } = event;
  const now = new Date(deps.clock.nowMs());
  const { more, last } = await insertAndFanOut(
    tx,
    { id, type, key, body, now },
    { filters: filtersTaking(type), after: lowestUuid, limit: fanOutAtOnce },
  );
  if (more) await sendJobs(deps, tx, [{ kind: 'fan-out', message: id, after: last }]);
  return id;
};

/** Events in their order, as many together as one statement takes. */
const statementsOf = (messages: readonly BatchMessage[]): BatchMessage[][] => {
  const statements: BatchMessage[][] = [];
  let length = Infinity;
  for (const message of messages) {
    length += message.body.length;
    if (length > maxStatementLength) {
      statements.push([]);
      length = message.body.length;
    }
    statements.at(-1)?.push(message);
  }
  return statements;
};

/**
 * Publishes events in this order as `publish` does each of them, in one statement: whoever changes many things at once
 * holds their locks for one round trip.
 */
export const publishAll = async (
  deps: PublishDeps,
  tx: Tx,
  events: readonly WebhookEvent[],
): Promise<void> => {
  const messages = events.map((event) => ({
    id: event.id ?? deps.newId(),
    type: event.type,
    key: event.key ?? null,
    body: bodyOf(event),
  }));
  const now = new Date(deps.clock.nowMs());
  for (const statement of statementsOf(messages)) {
    const filters = Object.fromEntries(statement.map(({ type }) => [type, filtersTaking(type)]));
    const unfinished = await insertAndFanOutAll(tx, statement, { filters, limit: fanOutAtOnce, now });
    const jobs = unfinished.flatMap(({ ids, last }) =>
      ids.map((message) => ({ kind: 'fan-out' as const, message, after: last })),
    );
    await sendJobs(deps, tx, jobs);
  }
};

/** Publishes events for one endpoint each, in the order given; see `Webhooks.publishEach`. */
export const publishEach = async (
  deps: PublishDeps,
  tx: Tx,
  events: readonly AddressedEvent[],
): Promise<void> => {
  if (events.length === 0) return;
  const messages = events.map((event) => ({
    id: event.id ?? deps.newId(),
    type: event.type,
    key: event.key ?? null,
    body: bodyOf(event),
    endpoint: event.endpointId,
  }));
  await sendJobs(deps, tx, await insertAddressed(tx, messages, new Date(deps.clock.nowMs())));
};

/** The rest of a message's endpoints, a batch at a time; each batch's end and its deliveries commit together. */
export const continueFanOut = async (
  deps: PublishDeps,
  tx: Tx,
  job: Job & { readonly kind: 'fan-out' },
): Promise<void> => {
  const message = await findMessage(tx, job.message);
  if (message === undefined) return;
  const { more, last } = await fanOutTo(
    tx,
    { ...message, now: new Date(deps.clock.nowMs()) },
    { filters: filtersTaking(message.type), after: job.after, limit: fanOutBatch },
  );
  if (more) await sendJobs(deps, tx, [{ ...job, after: last }]);
};
