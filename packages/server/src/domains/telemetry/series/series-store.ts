import type { KnownMetric } from '@gpushield/contracts';
import { knownMetricNames } from '@gpushield/contracts';
import type { Executor } from '../../../platform/database/types.ts';
import type { SeriesPlan } from './plan-series.ts';
import type { RollUpState } from './roll-up-store.ts';

export interface SeriesRow {
  readonly gpu_id: string;
  readonly bucket_s: number;
  readonly min: number;
  readonly mean: number;
  readonly max: number;
  readonly last: number | null;
  readonly count: number;
}

/** Records, or roll-ups of them, as the same columns: when, least, most, sum, number, newest. */
const rawPart = (column: string, condition: string): string =>
  `SELECT gpu_id, "timestamp" AS at, ${column} AS low, ${column} AS high, ${column} AS total, 1 AS n, ${column} AS newest
   FROM telemetry_records r WHERE ${column} IS NOT NULL AND gpu_id = ANY($1::uuid[])
     AND "timestamp" >= $2 AND "timestamp" < $3 AND ${condition}`;

const rolledPart = (table: string, position: number, condition: string): string =>
  `SELECT gpu_id, bucket AS at, mins[${position}] AS low, maxs[${position}] AS high, sums[${position}] AS total,
     counts[${position}] AS n, lasts[${position}] AS newest
   FROM ${table} t WHERE counts[${position}] > 0 AND gpu_id = ANY($1::uuid[])
     AND bucket >= $2 AND bucket < $3 AND ${condition}`;

const noneLate = (unit: 'minute' | 'hour'): string =>
  `NOT EXISTS (SELECT 1 FROM telemetry_late l WHERE l.gpu_id = t.gpu_id
     AND l.bucket >= t.bucket AND l.bucket < t.bucket + interval '1 ${unit}')`;
const isLateMinute = `EXISTS (SELECT 1 FROM telemetry_late l WHERE l.gpu_id = r.gpu_id
     AND l.bucket = date_trunc('minute', r."timestamp", 'UTC'))`;

/**
 * What to read for a plan: roll-ups as far as they reach, minutes after the hours, raw records after the minutes and for
 * minutes that are marked late. $4: minutes_until; $5: hours_until.
 */
const partsOf = (
  plan: SeriesPlan,
  column: string,
  position: number,
  state: RollUpState | undefined,
): string[] => {
  if (plan.tier === 'raw' || state === undefined) return [rawPart(column, 'true')];
  const minutes = rolledPart('telemetry_minutes', position, `${noneLate('minute')} AND bucket < $4`);
  const raw = [rawPart(column, '"timestamp" >= $4'), rawPart(column, `"timestamp" < $4 AND ${isLateMinute}`)];
  if (plan.tier === 'minutes') return [minutes, ...raw];
  const hours = rolledPart('telemetry_hours', position, `${noneLate('hour')} AND bucket < $5`);
  const lateHours = `EXISTS (SELECT 1 FROM telemetry_late l WHERE l.gpu_id = t.gpu_id
     AND date_trunc('hour', l.bucket, 'UTC') = date_trunc('hour', t.bucket, 'UTC'))`;
  return [hours, `${minutes} AND (bucket >= $5 OR ${lateHours})`, ...raw];
};

/** The statement of one metric's series; for the test of its plan too. */
export const seriesStatement = (
  plan: SeriesPlan,
  gpuIds: readonly string[],
  metric: KnownMetric,
  state: RollUpState | undefined,
): { readonly sql: string; readonly values: readonly unknown[] } => {
  const parts = partsOf(plan, metric, knownMetricNames.indexOf(metric) + 1, state);
  const values: unknown[] = [gpuIds, new Date(plan.sinceMs), new Date(plan.untilMs)];
  if (state !== undefined && plan.tier !== 'raw') values.push(state.minutes_until);
  if (state !== undefined && plan.tier === 'hours') values.push(state.hours_until);
  // `date_part`, not `extract`, whose exact decimals cost a sixth of the whole statement.
  const sql = `SELECT gpu_id, date_part('epoch', date_bin('${plan.stepSeconds} seconds', at, 'epoch')) AS bucket_s,
      min(low) AS min, sum(total) / sum(n) AS mean, max(high) AS max,
      (max(ARRAY[date_part('epoch', at), newest]) FILTER (WHERE newest IS NOT NULL))[2] AS last,
      sum(n)::int AS count
    FROM (${parts.join(' UNION ALL ')}) AS part GROUP BY gpu_id, bucket_s ORDER BY gpu_id, bucket_s`;
  return { sql, values };
};

export const readSeries = async (
  db: Executor,
  plan: SeriesPlan,
  gpuIds: readonly string[],
  metric: KnownMetric,
  state: RollUpState | undefined,
): Promise<readonly SeriesRow[]> => {
  const { sql, values } = seriesStatement(plan, gpuIds, metric, state);
  const { rows } = await db.query<SeriesRow>(sql, values);
  return rows;
};
