import type { Tx } from '../../../platform/database/types.ts';

/** Names the lock between ingest and the begin of a recalculation. Any fixed number: all replicas use the same. */
export const recalculationLock = 0x72636c63;
/** Names the lock among those that would begin a recalculation; ingest never waits for it. Taken before the other. */
export const beginningLock = 0x72636c62;

/**
 * The epoch of the recalculation under way; undefined where there is none. Taken first in every transaction that stores
 * events: a recalculation begins while no such transaction runs, so each one either is among the chunks that it reads, or
 * knows of it.
 */
export const activeEpoch = async (tx: Tx): Promise<number | undefined> => {
  await tx.prepared('recalculation lock', 'SELECT pg_advisory_xact_lock_shared($1)', [recalculationLock]);
  const { rows } = await tx.prepared<{ epoch: number }>(
    'active epoch',
    `SELECT epoch FROM score_recalculations WHERE status IN ('reading', 'replacing')`,
    [],
  );
  return rows[0]?.epoch;
};
