import { createPartitionKeeper } from '../../platform/database/partition-keeper.ts';
import type { ScoringDeps } from './deps.ts';
import { forgetDays } from './forget-old.ts';

/** Keeps what scoring stores within its bounds: partitions made ahead and dropped, rows deleted by age. */
export const createKeeping = (deps: ScoringDeps): { start(): Promise<void>; stop(): Promise<void> } => {
  const { retentionDays } = deps.config;
  const keepers = [
    createPartitionKeeper({ ...deps, table: 'syscall_chunks', retentionDays }),
    createPartitionKeeper({ ...deps, table: 'process_chunks', retentionDays }),
    createPartitionKeeper({ ...deps, table: 'score_history', retentionDays }),
    // A day is remembered as forgotten before its identities go, by a day and more.
    createPartitionKeeper({
      ...deps,
      table: 'syscall_event_ids',
      retentionDays: retentionDays + 2,
      keepDefault: true,
    }),
  ];
  return {
    start: async () => {
      await forgetDays(deps);
      for (const keeper of keepers) await keeper.start();
    },
    stop: async () => {
      for (const keeper of keepers) await keeper.stop();
    },
  };
};
