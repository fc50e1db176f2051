import type { Tx } from '../../../platform/database/types.ts';
import { outcome, type EventBatch } from './event-batch.ts';
import {
  byKey,
  forgottenDays,
  rememberClientIds,
  rememberContents,
  type ContentKey,
} from './event-ids-store.ts';
import { idOfDigest, wordOf } from './identity.ts';

/** One event of several batches. */
interface Place {
  readonly batch: EventBatch;
  readonly position: number;
}
interface KeyedPlace extends ContentKey, Place {}

const dayUs = 86_400_000_000;
const dayOf = (us: number): string => new Date(us / 1000).toISOString().slice(0, 10);

const markDuplicate = ({ batch, position }: Place): void => {
  batch.outcomes[position] = outcome.duplicate;
};

/** Events of days whose identities were dropped: whether they counted before cannot be said. */
const refuseForgotten = async (
  tx: Tx,
  batches: readonly EventBatch[],
  retentionDays: number,
): Promise<void> => {
  const old: Place[] = [];
  const days = new Set<string>();
  for (const batch of batches) {
    const beforeUs = batch.receivedAtMs * 1000 - (retentionDays - 1) * dayUs;
    for (const [position, checked] of batch.events.entries()) {
      if (checked === undefined || checked.occurredAtUs >= beforeUs) continue;
      old.push({ batch, position });
      days.add(dayOf(checked.occurredAtUs));
    }
  }
  if (old.length === 0) return;
  const forgotten = await forgottenDays(tx, [...days]);
  if (forgotten.size === 0) return;
  for (const { batch, position } of old) {
    const checked = batch.events[position];
    if (checked === undefined || !forgotten.has(dayOf(checked.occurredAtUs))) continue;
    batch.outcomes[position] = outcome.error;
    const message = `timestamp is older than the ${String(retentionDays)} days for which events are kept`;
    batch.problems.set(position, { code: 'timestamp_out_of_range', message });
  }
};

interface Keyed {
  readonly contents: readonly KeyedPlace[];
  /** By id. */
  readonly clientIds: ReadonlyMap<string, Place>;
}

/** The first of each identity among the batches; the others are duplicates already. */
const distinct = (batches: readonly EventBatch[]): Keyed => {
  const contents: KeyedPlace[] = [];
  const clientIds = new Map<string, Place>();
  for (const batch of batches) {
    for (let position = 0; position < batch.events.length; position += 1) {
      const checked = batch.events[position];
      const digest = batch.digests[position];
      if (checked === undefined || digest === undefined) continue;
      if (batch.outcomes[position] !== outcome.accepted) continue;
      const place = { batch, position };
      if (checked.event.id === undefined) {
        const { occurredAtUs } = checked;
        contents.push({ batch, position, occurredAtUs, high: wordOf(digest, 16), low: wordOf(digest, 20) });
        continue;
      }
      const id = idOfDigest(digest);
      if (clientIds.has(id)) markDuplicate(place);
      else clientIds.set(id, place);
    }
  }
  // Stable: of equal keys, the one that came first stays.
  contents.sort(byKey);
  const firsts: KeyedPlace[] = [];
  for (const key of contents) {
    const last = firsts.at(-1);
    if (last !== undefined && byKey(last, key) === 0) markDuplicate(key);
    else firsts.push(key);
  }
  return { contents: firsts, clientIds };
};

/**
 * Finds out which events count, on every replica once: writes `outcomes`. What it answers holds if the transaction
 * commits. The first statement of its transaction that locks anything of events.
 */
export const rememberEvents = async (
  tx: Tx,
  batches: readonly EventBatch[],
  retentionDays: number,
): Promise<void> => {
  for (const { outcomes, events } of batches) {
    // A transaction that is tried again starts anew.
    for (let position = 0; position < outcomes.length; position += 1) {
      outcomes[position] = events[position] === undefined ? outcome.error : outcome.accepted;
    }
  }
  await refuseForgotten(tx, batches, retentionDays);
  const { contents, clientIds } = distinct(batches);
  await rememberContents(tx, contents, (at) => {
    const place = contents[at];
    if (place !== undefined) markDuplicate(place);
  });
  const ids = [...clientIds.keys()].sort();
  const receivedAt = new Date(Math.max(...batches.map(({ receivedAtMs }) => receivedAtMs)));
  await rememberClientIds(tx, ids, receivedAt, (at) => {
    const place = clientIds.get(ids[at] ?? '');
    if (place !== undefined) markDuplicate(place);
  });
};
