import type { Clock } from '../../platform/clock.ts';
import type { Executor } from '../../platform/database/types.ts';
import type { PeriodicTask } from '../../platform/leases/index.ts';
import type { EvidenceDomainDeps } from './deps.ts';
import { deleteEventsBefore } from './event-store.ts';
import { deleteOrphansBefore } from './inventory-store.ts';

const dayMs = 86_400_000;
/** Small enough to hold no lock for long. */
const batchRows = 5000;
/** One sweep deletes at most a million events; the next goes on. */
const maxBatches = 200;

/** Retention is counted in days, so an hour more or less does not matter. */
const intervalMs = 3_600_000;

/** Deletes events older than the retention, in bounded batches, and inventories that nobody will take over. */
export const sweepEvents = async (
  db: Executor,
  { clock, retentionDays }: { readonly clock: Pick<Clock, 'nowMs'>; readonly retentionDays: number },
  signal?: AbortSignal,
): Promise<number> => {
  const before = new Date(clock.nowMs() - retentionDays * dayMs);
  await deleteOrphansBefore(db, before);
  let deleted = 0;
  for (let batch = 0; batch < maxBatches && signal?.aborted !== true; batch += 1) {
    const count = await deleteEventsBefore(db, before, batchRows);
    deleted += count;
    if (count < batchRows) break;
  }
  return deleted;
};

export const sweepTask = (
  deps: Pick<EvidenceDomainDeps, 'db' | 'clock' | 'retentionDays' | 'log'>,
): PeriodicTask => ({
  name: 'security-events-retention',
  intervalMs,
  run: async (signal) => {
    const deleted = await sweepEvents(deps.db, deps, signal);
    if (deleted > 0) deps.log.info({ deleted }, 'old security events deleted');
  },
});
