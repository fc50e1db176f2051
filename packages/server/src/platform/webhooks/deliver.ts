import { OutboundFailure, type DestinationPolicy, type OutboundResponse } from '../outbound/types.ts';
import type { DeliveryContext, Outcome } from '../queue/types.ts';
import { answerMaxBytes, answerText } from './answer-text.ts';
import type { RecordedAttempt } from './attempt-store.ts';
import type { Batched } from '../batched.ts';
import { claimInLine, releaseClaim, type LoadedDelivery } from './delivery-store.ts';
import type { WebhooksDeps } from './deps.ts';
import type { Job } from './job.ts';
import type { Lanes, Place } from './lanes.ts';
import { parseRetryAfterMs } from './retry-schedule.ts';
import { parseWebhookSecret, secretPurpose } from './secret.ts';
import { signedHeaders } from './signature.ts';
import { verdictOf, type AttemptResult, type Verdict } from './verdict.ts';

export interface DeliverDeps extends WebhooksDeps {
  readonly lanes: Lanes;
  readonly load: Batched<number, LoadedDelivery | undefined>;
  readonly record: Batched<RecordedAttempt, void>;
  readonly policy: DestinationPolicy;
}

/** The whole exchange: receivers should answer first and work after. */
const defaultTimeoutMs = 15_000;
/** A claim outlives the longest exchange; a worker that dies holds its line up for this long. */
const claimSeconds = 60;
/** How long one waits whose turn it is not, if nobody wakes it: bounds of what the head of its line says. */
const lineWaitMs = { least: 5_000, most: 3_600_000 };
/** The outbound client's own circuit or line refused: nothing was tried. */
const refusedWaitMs = 5_000;

const later = (reason: string, delayMs: number): Outcome => ({
  kind: 'retry',
  reason,
  delaySeconds: delayMs / 1000,
});
const done: Outcome = { kind: 'done' };

interface Exchange {
  readonly result: AttemptResult;
  readonly response: string | null;
  readonly durationMs: number;
}

const keysOf = (deps: DeliverDeps, delivery: LoadedDelivery): readonly Buffer[] | undefined => {
  try {
    const keys = delivery.secrets.map(({ id, sealed }) =>
      parseWebhookSecret(deps.sealer.unseal(sealed, secretPurpose(id))),
    );
    return keys.length > 0 && keys.every((key) => key !== undefined) ? keys : undefined;
  } catch (error) {
    deps.log.error({ err: error, endpointId: delivery.endpointId }, 'a webhook secret could not be unsealed');
    return undefined;
  }
};

const send = (
  deps: DeliverDeps,
  delivery: LoadedDelivery,
  keys: readonly Buffer[],
  signal: AbortSignal,
): Promise<OutboundResponse> =>
  deps.outbound.request(deps.policy, {
    method: 'POST',
    url: delivery.url,
    headers: {
      'content-type': 'application/json',
      'user-agent': 'GPUShield-Webhooks/1',
      ...signedHeaders(
        {
          id: delivery.messageId,
          timestamp: Math.floor(deps.clock.nowMs() / 1000),
          body: delivery.body,
        },
        keys,
      ),
    },
    body: delivery.body,
    timeoutMs: deps.timeoutMs ?? defaultTimeoutMs,
    maxResponseBytes: answerMaxBytes,
    signal,
  });

/** One attempt; undefined when nothing left the server and none is to be counted. */
const attempt = async (
  deps: DeliverDeps,
  delivery: LoadedDelivery,
  signal: AbortSignal,
): Promise<Exchange | undefined> => {
  const keys = keysOf(deps, delivery);
  if (keys === undefined) {
    return { result: { kind: 'failure', error: 'secret_unavailable' }, response: null, durationMs: 0 };
  }
  const startedMs = deps.clock.monotonicMs();
  try {
    const answer = await send(deps, delivery, keys, signal);
    const retryAfterMs = parseRetryAfterMs(answer.headers['retry-after'], deps.clock.nowMs());
    return {
      result: { kind: 'answer', status: answer.status, retryAfterMs },
      response: answerText(answer.body),
      durationMs: answer.durationMs,
    };
  } catch (error) {
    if (!(error instanceof OutboundFailure)) throw error;
    if (error.kind === 'circuit_open' || error.kind === 'aborted') return undefined;
    const durationMs = deps.clock.monotonicMs() - startedMs;
    return { result: { kind: 'failure', error: error.kind }, response: null, durationMs };
  }
};

const recordOf = (
  deps: DeliverDeps,
  delivery: LoadedDelivery,
  exchange: Exchange,
  verdict: Verdict,
): RecordedAttempt => {
  const nowMs = deps.clock.nowMs();
  return {
    attemptId: deps.newId(),
    deliveryId: delivery.id,
    round: delivery.round,
    endpointId: delivery.endpointId,
    ordered: delivery.orderKey !== null,
    status: { succeeded: 'succeeded', retry: 'pending', failed: 'failed', gone: 'failed' }[
      verdict.kind
    ] as RecordedAttempt['status'],
    nextAttemptAt: verdict.kind === 'retry' ? new Date(nowMs + verdict.pauseMs) : null,
    at: new Date(nowMs - exchange.durationMs),
    durationMs: exchange.durationMs,
    httpStatus: exchange.result.kind === 'answer' ? exchange.result.status : null,
    error: verdict.kind === 'succeeded' ? null : verdict.error,
    response: exchange.response,
    attempted: true,
    gone: verdict.kind === 'gone',
  };
};

/** Ends a delivery to an endpoint that was disabled meanwhile; a resend can bring it back. */
const giveUp = (deps: DeliverDeps, delivery: LoadedDelivery): Promise<void> =>
  deps.record({
    ...recordOf(
      deps,
      delivery,
      { result: { kind: 'failure', error: 'aborted' }, response: null, durationMs: 0 },
      { kind: 'failed', error: 'endpoint_disabled' },
    ),
    attempted: false,
  });

/** Why a loaded delivery is not sent now; undefined when it is. */
const holdBack = async (
  deps: DeliverDeps,
  delivery: LoadedDelivery,
  place: Place,
): Promise<Outcome | undefined> => {
  if (!delivery.enabled) {
    await giveUp(deps, delivery);
    return done;
  }
  const dueInMs = (delivery.nextAttemptAt?.getTime() ?? 0) - deps.clock.nowMs();
  if (dueInMs > 0) return later('The next attempt is not due yet', dueInMs);
  const paceMs = place.pace(delivery.rateLimitPerSecond);
  if (paceMs > 0) return later('The rate limit of the endpoint', paceMs);
  if (delivery.orderKey === null) return undefined;
  const claim = await claimInLine(deps.db, delivery, claimSeconds);
  if (claim.kind === 'claimed') return undefined;
  if (claim.kind === 'stale') return done;
  const waitMs = Math.min(lineWaitMs.most, Math.max(lineWaitMs.least, claim.waitMs));
  return later('Another message of its key is before it', waitMs * (1 + 0.2 * deps.random()));
};

const sendAndRecord = async (
  deps: DeliverDeps,
  delivery: LoadedDelivery,
  place: Place,
  signal: AbortSignal,
): Promise<Outcome> => {
  const exchange = await attempt(deps, delivery, signal);
  if (exchange === undefined) {
    place.leave('void');
    if (delivery.orderKey !== null) await releaseClaim(deps.db, delivery.id);
    return later('The destination is given a rest', signal.aborted ? 0 : refusedWaitMs * (1 + deps.random()));
  }
  const verdict = verdictOf(exchange.result, delivery.attempts + 1, deps.random);
  place.leave(verdict.kind === 'succeeded' ? 'success' : 'failure', exchange.durationMs);
  deps.onAttempt?.(verdict.kind === 'succeeded' ? 'succeeded' : 'failed', exchange.durationMs / 1000);
  await deps.record(recordOf(deps, delivery, exchange, verdict));
  return verdict.kind === 'retry' ? later(verdict.error, verdict.pauseMs) : done;
};

/**
 * One delivery job. At least once on the wire: a crash between the answer and its record sends again, under the same
 * `webhook-id`. A job whose delivery is finished, gone or begun anew is done without sending.
 */
export const deliver = async (
  deps: DeliverDeps,
  job: Job & { readonly kind: 'deliver' },
  { signal }: DeliveryContext,
): Promise<Outcome> => {
  const entry = deps.lanes.enter(job.endpoint);
  if (entry.kind === 'later') return later(`The endpoint is ${entry.reason}`, entry.delayMs);
  try {
    const delivery = await deps.load(job.delivery);
    if (delivery?.round !== job.round || delivery.status !== 'pending') return done;
    const held = await holdBack(deps, delivery, entry.place);
    return held ?? (await sendAndRecord(deps, delivery, entry.place, signal));
  } finally {
    entry.place.leave('void');
  }
};
