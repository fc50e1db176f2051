export { openDatabase } from './database.ts';
export type { DatabaseOptions } from './database.ts';
export * from './embedded/index.ts';
export { DatabaseUnavailable } from './errors.ts';
export { silentLog } from './log.ts';
export type { DatabaseLog } from './log.ts';
export { migrate } from './migrate.ts';
export type {
  Database,
  Executor,
  ListenHandlers,
  PoolStats,
  QueryResult,
  Subscription,
  Tx,
} from './types.ts';
export type { CopyValue } from './copy-format.ts';
export type { PartitionOptions, PartitionReport } from './partitions.ts';
