import type { Tx } from '../../../platform/database/types.ts';
import type { AcceptedBatch } from '../write-batches.ts';

const minuteMs = 60_000;
/** Records older than this when they come may belong to a minute that is rolled up; see `rollUpLagMs`. */
export const lateAfterMs = 60_000;

/**
 * The GPU minutes that late records of these batches fall into, in one order for all replicas so that no two wait for each
 * other. Minutes before `oldestMs` are left out: their records are gone, or go with the next retention.
 */
export const lateMinutes = (
  items: readonly AcceptedBatch[],
  oldestMs: number,
): readonly { readonly gpuId: string; readonly bucketMs: number }[] => {
  const found = new Map<string, { gpuId: string; bucketMs: number }>();
  for (const { batch, receivedAtMs } of items) {
    const limit = receivedAtMs - lateAfterMs;
    for (let row = 0; row < batch.rows; row += 1) {
      const timeMs = batch.timestampsMs[row] ?? 0;
      if (timeMs >= limit || timeMs < oldestMs) continue;
      const gpuId = batch.gpus[batch.gpuOf[row] ?? -1]?.gpuId ?? '';
      const bucketMs = Math.floor(timeMs / minuteMs) * minuteMs;
      found.set(`${gpuId} ${String(bucketMs).padStart(15, '0')}`, { gpuId, bucketMs });
    }
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, minute]) => minute);
};

/** Marks them, in the transaction that stores their records. The update takes the row's lock: who rolls up waits for us. */
export const markLate = async (
  tx: Tx,
  minutes: readonly { readonly gpuId: string; readonly bucketMs: number }[],
): Promise<void> => {
  if (minutes.length === 0) return;
  await tx.prepared(
    'telemetry_mark_late',
    `INSERT INTO telemetry_late (gpu_id, bucket)
     SELECT gpu_id, to_timestamp(bucket_s) FROM unnest($1::uuid[], $2::float8[]) AS late (gpu_id, bucket_s)
     ON CONFLICT (gpu_id, bucket) DO UPDATE SET marked_at = now()`,
    [minutes.map(({ gpuId }) => gpuId), minutes.map(({ bucketMs }) => bucketMs / 1000)],
  );
};
