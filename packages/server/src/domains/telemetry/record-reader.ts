import type { TelemetryRecord } from '@gpushield/contracts';
import type { Executor } from '../../platform/database/types.ts';
import type { CursorPosition } from '../../platform/http/cursor.ts';
import {
  latestRecords,
  listRecords,
  positionOfRecord,
  presentRecord,
  type TelemetryFilter,
} from './store.ts';

/** Telemetry as clients see it. */
export interface RecordReader {
  /** Newest first. */
  records(
    db: Executor,
    filter: TelemetryFilter,
    limit: number,
    after: CursorPosition | undefined,
  ): Promise<readonly { readonly item: TelemetryRecord; readonly position: CursorPosition }[]>;
  /** The newest record of each of these GPUs that has one. */
  latest(db: Executor, gpuIds: readonly string[]): Promise<readonly TelemetryRecord[]>;
}

export const recordReader: RecordReader = {
  records: async (db, filter, limit, after) =>
    (await listRecords(db, filter, limit, after)).map((row) => ({
      item: presentRecord(row),
      position: positionOfRecord(row),
    })),
  latest: async (db, gpuIds) => (await latestRecords(db, gpuIds)).map(presentRecord),
};
