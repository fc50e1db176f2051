import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { maintainPartitions } from './partitions.ts';
import type { Database } from './types.ts';

export interface PartitionKeeperOptions {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'error' | 'info'>;
  readonly table: string;
  readonly retentionDays: number;
  /** See `PartitionOptions`. */
  readonly keepDefault?: boolean;
}

export interface PartitionKeeper {
  /** Resolves when the coming days have their partitions; errors of that first time are the caller's. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

// A week of being unable to make partitions passes unharmed; after it, rows go to the DEFAULT partition.
const aheadDays = 7;
const intervalMs = 60 * 60_000;

/** Keeps a table's daily partitions: at the start, then hourly. */
export const createPartitionKeeper = (options: PartitionKeeperOptions): PartitionKeeper => {
  const { db, clock, log, table, retentionDays } = options;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();

  const maintain = async (): Promise<void> => {
    const { created, dropped, deletedRows } = await maintainPartitions(db, {
      table,
      aheadDays,
      retentionDays,
      keepDefault: options.keepDefault ?? false,
      clock,
    });
    if (created.length + dropped.length + deletedRows > 0) {
      log.info({ table, created, dropped, deletedRows }, 'partitions maintained');
    }
  };

  return {
    start: async () => {
      await maintain();
      timer = setInterval(() => {
        running = maintain().catch((error: unknown) => {
          log.error({ err: error, table }, 'partitions could not be maintained; trying again in an hour');
        });
      }, intervalMs);
      timer.unref();
    },
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
};
