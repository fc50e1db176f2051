import type { Database, Executor, Tx } from '../../../platform/database/types.ts';
import { beginningLock, recalculationLock } from './active-epoch.ts';
import { findActive, recalculationColumns, type RecalculationRecord } from './store.ts';

export interface NewRecalculation {
  readonly id: string;
  readonly rulesVersion: string;
  readonly startedBy: string;
  readonly now: Date;
}

const clearAtOnce = 1_000;

/** For the progress alone, so it may be a few chunks behind. */
const countChunks = async (db: Executor): Promise<number> =>
  (await db.query<{ chunks: number }>('SELECT count(*)::int AS chunks FROM syscall_chunks')).rows[0]
    ?.chunks ?? 0;

/** Clears a batch of new states that nobody waits for; answers how many. Rows in use are left: `begin` comes to them. */
const clearSome = (db: Database): Promise<number> =>
  db.transaction(async (tx) => {
    await tx.query('SELECT pg_advisory_xact_lock($1)', [beginningLock]);
    if ((await findActive(tx)) !== undefined) return 0;
    const { rowCount } = await tx.query(
      `UPDATE processes SET score_next = NULL WHERE process_id IN (
         SELECT process_id FROM processes WHERE score_next IS NOT NULL
          ORDER BY process_id LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED)`,
      [clearAtOnce],
    );
    return rowCount;
  });

/** What transactions left that still knew of the last recalculation: none of them runs any more, so it is all of it. */
const clearRest = (tx: Tx) =>
  tx.query(
    `UPDATE processes SET score_next = NULL WHERE process_id IN (
       SELECT process_id FROM processes WHERE score_next IS NOT NULL ORDER BY process_id FOR NO KEY UPDATE)`,
  );

const insert = async (tx: Tx, given: NewRecalculation, chunks: number): Promise<RecalculationRecord> => {
  const { rows } = await tx.query<RecalculationRecord>(
    `INSERT INTO score_recalculations (id, status, rules_version, until_received_at, until_chunk_id, chunks_total,
       started_by, created_at, updated_at)
     SELECT $1, 'reading', $2, coalesce(last.received_at, $4), coalesce(last.id, $1), $5, $3, $4, $4
       FROM (SELECT 1) one LEFT JOIN LATERAL
            (SELECT received_at, id FROM syscall_chunks ORDER BY received_at DESC, id DESC LIMIT 1) last ON true
     RETURNING ${recalculationColumns}`,
    [given.id, given.rulesVersion, given.startedBy, given.now, chunks],
  );
  const [made] = rows;
  if (made === undefined) throw new Error('A recalculation that was just made is not there');
  return made;
};

/**
 * Begins a recalculation, or answers the one under way. While it holds the lock, no transaction that stores events runs:
 * those before have committed, so the last chunk of that moment bounds what it reads; those after know of it (see
 * `activeEpoch`) and add to the new states themselves. So no event is missed, and none is counted twice. All ingest
 * waits for the lock, hence whatever takes its time comes before: chunks are counted, and old states cleared in batches
 * under a lock of their own, during which no other recalculation can begin and have states that would be lost.
 */
export const beginRecalculation = async (
  db: Database,
  given: NewRecalculation,
): Promise<RecalculationRecord> => {
  const active = await findActive(db);
  if (active !== undefined) return active;
  const chunks = await countChunks(db);
  while ((await clearSome(db)) === clearAtOnce);
  return db.transaction(async (tx) => {
    await tx.query('SELECT pg_advisory_xact_lock($1)', [beginningLock]);
    await tx.query('SELECT pg_advisory_xact_lock($1)', [recalculationLock]);
    const begun = await findActive(tx);
    if (begun !== undefined) return begun;
    const made = await insert(tx, given, chunks);
    await clearRest(tx);
    return made;
  });
};
