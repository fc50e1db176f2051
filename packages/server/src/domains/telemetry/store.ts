import type { TelemetryRecord } from '@gpushield/contracts';
import type { Executor } from '../../platform/database/types.ts';
import type { CursorPosition } from '../../platform/http/cursor.ts';
import { mergeMetrics, type KnownValues } from './metrics.ts';

export interface TelemetryRow extends KnownValues {
  readonly id: string;
  readonly gpu_id: string;
  readonly node_id: string;
  readonly sensor_id: string | null;
  readonly telemetry_type: string;
  readonly timestamp: Date;
  readonly received_at: Date;
  readonly extra: Record<string, number> | null;
  readonly anomaly_score: number | null;
}

export const presentRecord = (row: TelemetryRow): TelemetryRecord => ({
  id: row.id,
  gpu_id: row.gpu_id,
  node_id: row.node_id,
  sensor_id: row.sensor_id,
  telemetry_type: row.telemetry_type,
  timestamp: row.timestamp.toISOString(),
  received_at: row.received_at.toISOString(),
  metrics: mergeMetrics(row, row.extra),
  anomaly_score: row.anomaly_score,
});

export interface TelemetryFilter {
  readonly gpu_id?: string | undefined;
  readonly node_id?: string | undefined;
  readonly sensor_id?: string | undefined;
  /** RFC 3339, inclusive. */
  readonly since?: string | undefined;
  /** RFC 3339, exclusive. */
  readonly until?: string | undefined;
}

/**
 * The statement of the list: newest first, keyset by (timestamp, id). Each filter has an index in order of time, which
 * is walked backwards from the newest record and left at the limit, in each partition that the times leave over: an
 * unbounded range costs what a bounded one does. Only records of equal time are sorted.
 */
export const listStatement = (
  filter: TelemetryFilter,
  limit: number,
  after: CursorPosition | undefined,
): { readonly sql: string; readonly values: readonly unknown[] } => {
  const values: unknown[] = [];
  const bind = (value: unknown): string => {
    values.push(value);
    return `$${values.length}`;
  };
  const where: string[] = [];
  if (filter.gpu_id !== undefined) where.push(`gpu_id = ${bind(filter.gpu_id)}`);
  if (filter.node_id !== undefined) where.push(`node_id = ${bind(filter.node_id)}`);
  if (filter.sensor_id !== undefined) where.push(`sensor_id = ${bind(filter.sensor_id)}`);
  if (filter.since !== undefined) where.push(`"timestamp" >= ${bind(filter.since)}::timestamptz`);
  if (filter.until !== undefined) where.push(`"timestamp" < ${bind(filter.until)}::timestamptz`);
  if (after !== undefined) {
    const time = bind(new Date(Number(after.sort)));
    // The second condition says the same of the time alone: partitions and indexes know no ids.
    where.push(`("timestamp", id) < (${time}, ${bind(after.id)}::uuid)`, `"timestamp" <= ${time}`);
  }
  const conditions = where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`;
  return {
    sql: `SELECT * FROM telemetry_records ${conditions} ORDER BY "timestamp" DESC, id DESC LIMIT ${bind(limit)}`,
    values,
  };
};

export const listRecords = async (
  db: Executor,
  filter: TelemetryFilter,
  limit: number,
  after: CursorPosition | undefined,
): Promise<readonly TelemetryRow[]> => {
  const { sql, values } = listStatement(filter, limit, after);
  const { rows } = await db.query<TelemetryRow>(sql, values);
  return rows;
};

export const positionOfRecord = (row: TelemetryRow): CursorPosition => ({
  sort: String(row.timestamp.getTime()),
  id: row.id,
});

/** The newest record of each of up to `gpuIds.length` GPUs: one index probe a GPU and partition. */
export const latestRecords = async (
  db: Executor,
  gpuIds: readonly string[],
): Promise<readonly TelemetryRow[]> => {
  const { rows } = await db.query<TelemetryRow>(
    `SELECT latest.* FROM unnest($1::uuid[]) AS wanted (gpu_id)
     CROSS JOIN LATERAL (
       SELECT * FROM telemetry_records WHERE telemetry_records.gpu_id = wanted.gpu_id
       ORDER BY "timestamp" DESC, id DESC LIMIT 1
     ) AS latest
     ORDER BY latest.gpu_id`,
    [gpuIds],
  );
  return rows;
};
