import type { Database } from '../../platform/database/types.ts';
import type { PeriodicTask } from '../../platform/leases/index.ts';
import type { ScoringDeps } from './deps.ts';

const dayMs = 86_400_000;
const intervalMs = 3_600_000;
const batchRows = 5_000;
const maxBatches = 200;

/** Days of which a partition of identities is there, and which are over the retention: they are forgotten from now on. */
const markForgotten = (db: Database, cutoff: Date) =>
  db.query(
    `INSERT INTO syscall_forgotten_days (day)
     SELECT to_date(right(c.relname, 8), 'YYYYMMDD')
       FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
      WHERE i.inhparent = 'syscall_event_ids'::regclass AND c.relname ~ '_p[0-9]{8}$'
        AND to_date(right(c.relname, 8), 'YYYYMMDD') < $1::date
     ON CONFLICT DO NOTHING`,
    [cutoff],
  );

const deletions = [
  `DELETE FROM processes WHERE process_id IN (SELECT process_id FROM processes WHERE last_seen_at < $1
     AND created_at < $1 LIMIT $2)`,
  'DELETE FROM syscall_client_ids WHERE ctid = ANY(ARRAY(SELECT ctid FROM syscall_client_ids WHERE received_at < $1 LIMIT $2))',
];

const cutoffOf = ({ clock, config }: ScoringDeps): Date =>
  new Date(clock.nowMs() - config.retentionDays * dayMs);

/** Days that are over the retention are forgotten from now on: before their identities go, at every start. */
export const forgetDays = (deps: ScoringDeps): Promise<unknown> => markForgotten(deps.db, cutoffOf(deps));

/** Deletes what has no partitions: processes that nobody saw for the retention, ids of agents' own. */
export const forgetOldTask = (deps: ScoringDeps): PeriodicTask => ({
  name: 'scoring-forget-old',
  intervalMs,
  run: async (signal) => {
    const cutoff = cutoffOf(deps);
    await markForgotten(deps.db, cutoff);
    for (const sql of deletions) {
      for (let batch = 0; batch < maxBatches && !signal.aborted; batch += 1) {
        const { rowCount } = await deps.db.query(sql, [cutoff, batchRows]);
        if (rowCount < batchRows) break;
      }
    }
  },
});
