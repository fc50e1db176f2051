import { isAborted } from '../aborted.ts';
import { authBackoffMs, backoffMs } from '../backoff.ts';
import type { ApiClient, ApiResult } from '../client.ts';
import type { Clock } from '../clock.ts';
import type { Health } from '../health.ts';
import type { Session } from '../identity.ts';
import type { SensorLogger } from '../logger.ts';
import type { Wake } from '../wake.ts';
import type { Batch } from './batch.ts';
import type { DeadLetter } from './dead-letter.ts';
import { toDelivery } from './payload.ts';
import type { Spool } from './spool.ts';

/** A waiting loop looks again at least this often, whatever woke it or not. */
const idleWaitMs = 30_000;

export interface SenderDeps {
  readonly spool: Spool;
  readonly client: ApiClient;
  readonly session: Session;
  readonly deadLetter: DeadLetter;
  readonly health: Health;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: SensorLogger;
  /** Woken by `append` and by a registration. */
  readonly work: Wake;
  readonly requestRegistration: () => void;
  /** How a batch is sent, where not as what sensors report. */
  readonly deliver?: (batch: Batch, signal: AbortSignal) => Promise<Outcome>;
}

export type Outcome =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'later'; readonly reason: string; readonly retryAfterMs: number }
  /** The server does not know the sensor, the node or the GPU: registering may help. */
  | { readonly kind: 'stranger'; readonly reason: string }
  | { readonly kind: 'never'; readonly reason: string };

/** What an answer means for a batch. */
export const judge = (result: ApiResult): Outcome => {
  if (result.kind === 'ok') return { kind: 'delivered' };
  if (result.kind === 'retry')
    return { kind: 'later', reason: result.reason, retryAfterMs: result.retryAfterMs };
  if (result.kind === 'denied') {
    return {
      kind: 'later',
      reason: result.reason,
      retryAfterMs: Math.max(result.retryAfterMs, authBackoffMs),
    };
  }
  const isStranger = result.status === 404 || result.code === 'unknown_reference';
  return { kind: isStranger ? 'stranger' : 'never', reason: result.reason };
};

const deliverReport = async (
  { client, session }: SenderDeps,
  batch: Batch,
  signal: AbortSignal,
): Promise<Outcome> => {
  const { identity } = session;
  if (identity === undefined) return { kind: 'stranger', reason: 'not registered yet' };
  const delivery = toDelivery(batch, identity);
  if (delivery.kind === 'invalid') return { kind: 'never', reason: 'the spooled entry has an unknown form' };
  if (delivery.kind === 'unknown_gpu')
    return { kind: 'stranger', reason: `GPU ${delivery.gpu} is not registered` };
  const { method, path, body } = delivery;
  // The ids are part of the body: under another identity the same entry is another request, with another key.
  const idempotencyKey = `${batch.key}.${identity.sensor_id.slice(-12)}`;
  const keyed = method === 'POST' ? { idempotencyKey } : {};
  return judge(await client({ method, path, body, signal, ...keyed }));
};

/** Counts over the sender's life. */
interface Progress {
  /** Up to this entry batches are sent one by one, since one of them was refused in company. */
  singlyUntilSeq: number;
  deadRecords: number;
}

const setAside = async (
  deps: SenderDeps,
  progress: Progress,
  batch: Batch,
  reason: string,
): Promise<void> => {
  const { deadLetter, health, logger } = deps;
  const records = batch.entries.reduce((sum, { count }) => sum + count, 0);
  const isKept = await deadLetter.put(batch.entries, reason);
  progress.deadRecords += records;
  const where = isKept ? `kept in ${deadLetter.path}` : 'the dead-letter file cannot be written either';
  logger.error({ key: batch.key, records, reason, where }, 'server refused a batch for good');
  const text = `${progress.deadRecords} records were refused for good (${where}): ${reason}`;
  health.set('dead_letter', 'degraded', text);
};

const waitBeforeRetry = async (
  { spool, health, clock, random, logger }: SenderDeps,
  failures: number,
  { reason, retryAfterMs }: { reason: string; retryAfterMs: number },
  signal: AbortSignal,
): Promise<void> => {
  const waitMs = backoffMs({ attempt: failures, random, retryAfterMs });
  const waiting = spool.status().records;
  logger.warn(
    { reason, wait_ms: Math.round(waitMs), waiting_records: waiting },
    'delivery failed, will retry',
  );
  health.set('delivery', 'degraded', `last delivery failed: ${reason}`);
  await clock.sleep(waitMs, signal);
};

/** Resolves after the next registration. Answers whether it was asked for: without an identity one is under way. */
const awaitRegistration = async (deps: SenderDeps, reason: string, signal: AbortSignal): Promise<boolean> => {
  const { session, logger, work } = deps;
  const before = session.registrations;
  const isStranger = session.identity !== undefined;
  if (isStranger) {
    logger.warn({ reason }, 'server does not know this sensor or GPU, registering');
    deps.requestRegistration();
  }
  while (session.registrations === before && !signal.aborted) await work.wait(idleWaitMs, signal);
  return isStranger;
};

/** Sends one batch until it is delivered or set aside (true), or has to be taken apart or left (false). */
const settle = async (
  deps: SenderDeps,
  progress: Progress,
  batch: Batch,
  signal: AbortSignal,
): Promise<boolean> => {
  let failures = 0;
  let hasRegistered = false;
  while (!signal.aborted) {
    const outcome = await (deps.deliver?.(batch, signal) ?? deliverReport(deps, batch, signal));
    if (outcome.kind === 'delivered') {
      deps.health.clear('delivery');
      return true;
    }
    if (isAborted(signal)) return false;
    if (outcome.kind === 'later') {
      failures += 1;
      await waitBeforeRetry(deps, failures, outcome, signal);
    } else if (outcome.kind === 'stranger' && !hasRegistered) {
      hasRegistered = await awaitRegistration(deps, outcome.reason, signal);
    } else if (batch.entries.length > 1) {
      progress.singlyUntilSeq = batch.entries.at(-1)?.seq ?? 0;
      deps.logger.warn(
        { reason: outcome.reason },
        'server refused samples in company, sending them one by one',
      );
      return false;
    } else {
      await setAside(deps, progress, batch, outcome.reason);
      return true;
    }
  }
  return false;
};

/** Sends the spool in order until `signal` aborts: one batch at a time. */
export const runSender = async (deps: SenderDeps, signal: AbortSignal): Promise<void> => {
  const progress: Progress = { singlyUntilSeq: 0, deadRecords: 0 };
  let lastSeq = 0;
  while (!signal.aborted) {
    const batch = await deps.spool.next({ merge: lastSeq >= progress.singlyUntilSeq });
    if (batch === null) await deps.work.wait(idleWaitMs, signal);
    else if (await settle(deps, progress, batch, signal)) {
      lastSeq = batch.entries.at(-1)?.seq ?? lastSeq;
      await deps.spool.acknowledge(batch);
    }
  }
};
