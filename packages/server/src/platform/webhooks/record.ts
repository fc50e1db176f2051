import {
  disableEndpoint,
  lockChangedHealth,
  nextInLine,
  writeAttempts,
  writeHealth,
  type RecordedAttempt,
} from './attempt-store.ts';
import { batched, type Batched } from '../batched.ts';
import type { DisabledEndpoint, WebhooksDeps } from './deps.ts';
import { changeHealth } from './health.ts';
import { publish, sendJobs } from './publish.ts';
import type { Tx } from '../database/types.ts';

/** The event that tells other endpoints of a disabled one. */
const disabledEvent = 'webhook.endpoint_disabled';
const batchMax = 200;
const parallelBatches = 2;

const updateHealth = async (
  deps: WebhooksDeps,
  tx: Tx,
  attempts: readonly RecordedAttempt[],
): Promise<readonly DisabledEndpoint[]> => {
  const made = attempts.filter(({ attempted }) => attempted);
  const failed = made.filter(({ status }) => status !== 'succeeded');
  const succeeded = made.filter(({ status }) => status === 'succeeded').map(({ endpointId }) => endpointId);
  const idsOf = (some: readonly RecordedAttempt[]): string[] => [...new Set(some.map((a) => a.endpointId))];
  const nowMs = deps.clock.nowMs();
  const locked = await lockChangedHealth(tx, idsOf(failed), [...new Set(succeeded)]);
  const changes = locked.map((before) => {
    const failures = failed.filter(({ endpointId }) => endpointId === before.id);
    return changeHealth(before, {
      succeeded: succeeded.includes(before.id),
      failures: failures.length,
      gone: failures.some(({ gone }) => gone),
      nowMs,
    });
  });
  if (changes.length > 0)
    await writeHealth(
      tx,
      changes.map(({ health }) => health),
    );
  const disabled = changes.flatMap(({ health, disable }) =>
    disable === undefined ? [] : [{ endpointId: health.id, reason: disable }],
  );
  for (const { endpointId, reason } of disabled) {
    await disableEndpoint(tx, endpointId, reason, new Date(nowMs));
    await publish(deps, tx, {
      type: disabledEvent,
      payload: {
        type: disabledEvent,
        timestamp: new Date(nowMs).toISOString(),
        data: { endpoint_id: endpointId, reason },
      },
    });
  }
  return disabled;
};

/**
 * Records attempts, those of the same moment in one commit: the attempt, the delivery's state, the next in line, the
 * endpoint's health. Resolves when they are durable.
 */
export const createRecorder = (deps: WebhooksDeps): Batched<RecordedAttempt, void> => {
  const tell = async (disabled: readonly DisabledEndpoint[]): Promise<void> => {
    for (const endpoint of disabled) {
      deps.log.warn({ ...endpoint }, 'a webhook endpoint was disabled');
      try {
        await deps.onDisabled?.(endpoint);
      } catch (error) {
        deps.log.error({ err: error, ...endpoint }, 'the notice of a disabled webhook endpoint failed');
      }
    }
  };
  return batched({
    batchMax,
    parallel: parallelBatches,
    run: async (attempts) => {
      // Always in the same order: two recorders that hold rows of each other would wait for ever.
      const sorted = attempts.toSorted((a, b) => a.deliveryId - b.deliveryId);
      const disabled = await deps.db.transaction(async (tx) => {
        await writeAttempts(tx, sorted, new Date(deps.clock.nowMs()));
        const finished = sorted.filter(({ ordered, status }) => ordered && status !== 'pending');
        await sendJobs(
          deps,
          tx,
          await nextInLine(
            tx,
            finished.map(({ deliveryId }) => deliveryId),
          ),
        );
        return updateHealth(deps, tx, sorted);
      });
      await tell(disabled);
      return attempts.map(() => undefined);
    },
  });
};
