import { knownMetricNames } from '@gpushield/contracts';
import type { Executor, Tx } from '../../../platform/database/types.ts';

const list = (make: (name: string) => string): string => knownMetricNames.map(make).join(', ');
const stats = ['mins', 'maxs', 'sums', 'counts', 'lasts'] as const;
const replace = stats.map((name) => `${name} = excluded.${name}`).join(', ');

/** Rolls raw records up by minute; `condition` says which of `telemetry_records AS r`. */
const minutesFrom = (condition: string): string => `
  WITH raw AS MATERIALIZED (
    SELECT date_trunc('minute', r."timestamp", 'UTC') AS bucket, r.* FROM telemetry_records r WHERE ${condition}
  ), newest AS (
    SELECT DISTINCT ON (gpu_id, bucket) gpu_id, bucket, ARRAY[${list((name) => name)}]::float8[] AS lasts
    FROM raw ORDER BY gpu_id, bucket, "timestamp" DESC, id DESC
  ), rolled AS (
    SELECT gpu_id, bucket, ARRAY[${list((name) => `min(${name})`)}]::float8[] AS mins,
      ARRAY[${list((name) => `max(${name})`)}]::float8[] AS maxs,
      ARRAY[${list((name) => `sum(${name})`)}]::float8[] AS sums,
      ARRAY[${list((name) => `count(${name})`)}]::int[] AS counts
    FROM raw GROUP BY gpu_id, bucket
  )
  INSERT INTO telemetry_minutes (gpu_id, bucket, ${stats.join(', ')})
  SELECT gpu_id, bucket, mins, maxs, sums, counts, lasts FROM rolled JOIN newest USING (gpu_id, bucket)
  ON CONFLICT (gpu_id, bucket) DO UPDATE SET ${replace}`;

const positions = knownMetricNames.map((_, index) => index + 1);
const each = (make: (position: number) => string): string => positions.map(make).join(', ');

/** Rolls minutes up by hour; `condition` says which of `telemetry_minutes AS m`. */
const hoursFrom = (condition: string): string => `
  WITH part AS MATERIALIZED (
    SELECT date_trunc('hour', m.bucket, 'UTC') AS hour, m.* FROM telemetry_minutes m WHERE ${condition}
  ), newest AS (
    SELECT DISTINCT ON (gpu_id, hour) gpu_id, hour, lasts FROM part ORDER BY gpu_id, hour, bucket DESC
  ), rolled AS (
    SELECT gpu_id, hour, ARRAY[${each((at) => `min(mins[${at}])`)}]::float8[] AS mins,
      ARRAY[${each((at) => `max(maxs[${at}])`)}]::float8[] AS maxs,
      ARRAY[${each((at) => `sum(sums[${at}])`)}]::float8[] AS sums,
      ARRAY[${each((at) => `coalesce(sum(counts[${at}]), 0)`)}]::int[] AS counts
    FROM part GROUP BY gpu_id, hour
  )
  INSERT INTO telemetry_hours (gpu_id, bucket, ${stats.join(', ')})
  SELECT gpu_id, hour, mins, maxs, sums, counts, lasts FROM rolled JOIN newest USING (gpu_id, hour)
  ON CONFLICT (gpu_id, bucket) DO UPDATE SET ${replace}`;

export interface RollUpState {
  readonly minutes_until: Date;
  readonly hours_until: Date;
}

/** The state, locked until the transaction ends; made from the oldest record that is there when it is missing. */
export const lockState = async (tx: Tx, newestMs: number): Promise<RollUpState> => {
  await tx.query(
    `INSERT INTO telemetry_rollup_state (minutes_until, hours_until)
     SELECT date_trunc('minute', start, 'UTC'), date_trunc('hour', start, 'UTC')
     FROM (SELECT LEAST(coalesce(min("timestamp"), $1), $1) AS start FROM telemetry_records) AS oldest
     ON CONFLICT DO NOTHING`,
    [new Date(newestMs)],
  );
  const { rows } = await tx.query<RollUpState>(
    'SELECT minutes_until, hours_until FROM telemetry_rollup_state FOR UPDATE',
  );
  const [state] = rows;
  if (state === undefined) throw new Error('The state of the roll-ups is missing');
  return state;
};

export const readState = async (db: Executor): Promise<RollUpState | undefined> => {
  const { rows } = await db.query<RollUpState>(
    'SELECT minutes_until, hours_until FROM telemetry_rollup_state',
  );
  return rows[0];
};

export const rollMinutes = async (tx: Tx, from: Date, to: Date): Promise<void> => {
  await tx.query(minutesFrom('r."timestamp" >= $1 AND r."timestamp" < $2'), [from, to]);
  await tx.query('UPDATE telemetry_rollup_state SET minutes_until = $1', [to]);
};

export const rollHours = async (tx: Tx, from: Date, to: Date): Promise<void> => {
  await tx.query(hoursFrom('m.bucket >= $1 AND m.bucket < $2'), [from, to]);
  await tx.query('UPDATE telemetry_rollup_state SET hours_until = $1', [to]);
};

/**
 * Makes anew what late records touched, up to `limit` minutes before `until`, and their hours before `hoursUntil`. Marks
 * that a transaction holds right now stay for the next time. Answers how many minutes it made.
 */
export const rollLate = async (tx: Tx, until: Date, hoursUntil: Date, limit: number): Promise<number> => {
  const { rows } = await tx.query<{ gpu_id: string; bucket: Date }>(
    `DELETE FROM telemetry_late WHERE (gpu_id, bucket) IN (
       SELECT gpu_id, bucket FROM telemetry_late WHERE bucket < $1 ORDER BY bucket, gpu_id LIMIT $2 FOR UPDATE SKIP LOCKED
     ) RETURNING gpu_id, bucket`,
    [until, limit],
  );
  if (rows.length === 0) return 0;
  const keys = [rows.map(({ gpu_id }) => gpu_id), rows.map(({ bucket }) => bucket)];
  const late =
    'SELECT late.gpu_id, late.bucket FROM unnest($1::uuid[], $2::timestamptz[]) AS late (gpu_id, bucket)';
  await tx.query(
    minutesFrom(
      `EXISTS (SELECT 1 FROM (${late}) AS l WHERE l.gpu_id = r.gpu_id
         AND r."timestamp" >= l.bucket AND r."timestamp" < l.bucket + interval '1 minute')
       AND r.gpu_id = ANY($1::uuid[]) AND r."timestamp" >= $3 AND r."timestamp" < $4`,
    ),
    [...keys, ...spanOf(rows.map(({ bucket }) => bucket.getTime()))],
  );
  await tx.query(
    hoursFrom(
      `(m.gpu_id, date_trunc('hour', m.bucket, 'UTC')) IN (
         SELECT l.gpu_id, date_trunc('hour', l.bucket, 'UTC') FROM (${late}) AS l) AND m.bucket < $3`,
    ),
    [...keys, hoursUntil],
  );
  return rows.length;
};

const spanOf = (bucketsMs: readonly number[]): readonly Date[] => [
  new Date(bucketsMs.reduce((least, ms) => Math.min(least, ms))),
  new Date(bucketsMs.reduce((most, ms) => Math.max(most, ms)) + 60_000),
];

export const dropHoursBefore = async (db: Executor, before: Date): Promise<void> => {
  await db.query('DELETE FROM telemetry_hours WHERE bucket < $1', [before]);
};
