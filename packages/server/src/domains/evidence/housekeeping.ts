import type { Clock } from '../../platform/clock.ts';
import type { Executor } from '../../platform/database/types.ts';
import { deleteEventsBefore } from './event-store.ts';
import { deleteOrphansBefore } from './inventory-store.ts';

const dayMs = 86_400_000;
/** Small enough to hold no lock for long. */
const batchRows = 5000;
/** One sweep deletes at most a million events; the next goes on. */
const maxBatches = 200;

/** Deletes events older than the retention, in bounded batches, and inventories that nobody will take over. Any number of replicas may sweep at once. */
export const sweepEvents = async (
  db: Executor,
  { clock, retentionDays }: { readonly clock: Clock; readonly retentionDays: number },
): Promise<number> => {
  const before = new Date(clock.nowMs() - retentionDays * dayMs);
  await deleteOrphansBefore(db, before);
  let deleted = 0;
  for (let batch = 0; batch < maxBatches; batch += 1) {
    const count = await deleteEventsBefore(db, before, batchRows);
    deleted += count;
    if (count < batchRows) break;
  }
  return deleted;
};
