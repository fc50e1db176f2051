import { randomUUIDv7 } from 'node:crypto';
import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { knownMetricNames } from '@gpushield/contracts';
import type { Clock } from '../../../platform/clock.ts';
import { systemClock } from '../../../platform/clock.ts';
import { testDatabase } from '../../../testing/index.ts';
import type { RecordBatch } from '../record-batch.ts';
import { writeBatches } from '../write-batches.ts';
import { maxAnswerPoints, planSeries, pointsOfEach, type SeriesPlan } from './plan-series.ts';
import { readState } from './roll-up-store.ts';
import { rollUp } from './roll-up.ts';
import { readSeries, seriesStatement } from './series-store.ts';

const database = testDatabase();
const width = knownMetricNames.length;
const temperature = knownMetricNames.indexOf('temperature');
const power = knownMetricNames.indexOf('power_usage');
const minuteMs = 60_000;
const startMs = Date.UTC(2026, 0, 5, 10, 0, 0);
const [gpuA, gpuB] = [randomUUIDv7(), randomUUIDv7()];
const nodeId = randomUUIDv7();

interface Point {
  readonly gpu: string;
  readonly ms: number;
  readonly value: number;
}
let all: Point[] = [];
let nowMs = startMs;
const clock: Clock = { ...systemClock(), nowMs: () => nowMs };
const deps = {
  get db() {
    return database.db;
  },
  clock,
  log: pino({ level: 'silent' }),
  hoursRetentionDays: 3650,
};

const kept = { retentionDays: 3650, minutesRetentionDays: 3650 };

const batchOf = (points: readonly Point[]): RecordBatch => {
  const gpus = [...new Set(points.map(({ gpu }) => gpu))];
  const values = new Float64Array(points.length * width).fill(Number.NaN);
  points.forEach(({ value }, row) => {
    values[row * width + temperature] = value;
    if (row % 3 === 0) values[row * width + power] = value * 2;
  });
  return {
    rows: points.length,
    gpus: gpus.map((gpuId) => ({ gpuId, nodeId })),
    gpuOf: Uint32Array.from(points, ({ gpu }) => gpus.indexOf(gpu)),
    sensorOf: null,
    timestampsMs: Float64Array.from(points, ({ ms }) => ms),
    values,
    extras: null,
  };
};
/** Stores points as if they came at `nowMs`. */
const store = async (points: readonly Point[]): Promise<void> => {
  all.push(...points);
  const write = writeBatches({ judge: undefined, oldestMs: () => 0, copyRows: 1000 });
  await database.db.transaction((tx) => write(tx, [{ batch: batchOf(points), receivedAtMs: nowMs }]));
};

/** What the answer must be, from the points themselves. */
const expected = (plan: SeriesPlan, gpu: string) => {
  const stepMs = plan.stepSeconds * 1000;
  const mine = all.filter(
    (point) => point.gpu === gpu && point.ms >= plan.sinceMs && point.ms < plan.untilMs,
  );
  return [...Map.groupBy(mine, ({ ms }) => Math.floor(ms / stepMs))]
    .sort(([a], [b]) => a - b)
    .map(([bucket, points]) => ({
      bucket_s: (bucket * stepMs) / 1000,
      min: Math.min(...points.map(({ value }) => value)),
      max: Math.max(...points.map(({ value }) => value)),
      mean: points.reduce((sum, { value }) => sum + value, 0) / points.length,
      last: points.toSorted((a, b) => b.ms - a.ms)[0]?.value,
      count: points.length,
    }));
};

const check = async (asked: Parameters<typeof planSeries>[0]): Promise<SeriesPlan> => {
  const plan = planSeries(asked, 2, { ...kept, nowMs });
  const rows = await readSeries(database.db, plan, [gpuA, gpuB], 'temperature', await readState(database.db));
  for (const gpu of [gpuA, gpuB]) {
    const mine = rows.filter(({ gpu_id }) => gpu_id === gpu).map(({ gpu_id: _gpu, ...row }) => row);
    const wanted = expected(plan, gpu);
    expect(mine.map(({ mean: _mean, ...row }) => row)).toEqual(wanted.map(({ mean: _mean, ...row }) => row));
    mine.forEach(({ mean }, index) => expect(mean).toBeCloseTo(wanted[index]?.mean ?? Number.NaN, 6));
  }
  return plan;
};

const pointsBetween = (fromMs: number, toMs: number, stepMs: number, gpu: string): Point[] =>
  Array.from({ length: Math.floor((toMs - fromMs) / stepMs) }, (_, index) => ({
    gpu,
    ms: fromMs + index * stepMs,
    value: 40 + ((index * 7919 + gpu.charCodeAt(35)) % 50),
  }));

beforeEach(async () => {
  await database.db.query(
    'TRUNCATE telemetry_records, telemetry_minutes, telemetry_hours, telemetry_late, telemetry_rollup_state',
  );
  all = [];
  nowMs = startMs;
});

describe('a series', () => {
  it('is the same from raw records, roll-ups and any mixture, up to the newest record', async () => {
    for (let hour = 0; hour < 3; hour += 1) {
      const from = startMs + hour * 3_600_000;
      nowMs = from + 3_600_000;
      await store(pointsBetween(nowMs - 50_000, nowMs, 5000, gpuA));
      await store(pointsBetween(from, nowMs - 50_000, 7000, gpuB));
      nowMs += 1000;
      const asked = { sinceMs: startMs + 11 * minuteMs, untilMs: nowMs, points: 300 };
      await check(asked);
      await rollUp(deps);
      await check(asked);
      await check({ ...asked, points: 30 });
      await check({ ...asked, points: 2 });
      await check({ sinceMs: nowMs - 120_000, untilMs: nowMs, points: 500 });
    }
    const { rows } = await database.db.query<{ hours: number; minutes: number }>(
      `SELECT (SELECT count(*) FROM telemetry_hours)::int AS hours, (SELECT count(*) FROM telemetry_minutes)::int AS minutes`,
    );
    expect(rows[0]?.hours).toBeGreaterThan(2);
    expect(rows[0]?.minutes).toBeGreaterThan(100);
  });

  it('counts late records at once, before and after the roll-up is made anew', async () => {
    nowMs = startMs + 2 * 3_600_000;
    await store(pointsBetween(startMs, nowMs, 20_000, gpuA));
    nowMs += 10 * minuteMs;
    await rollUp(deps);
    const asked = { sinceMs: startMs, untilMs: nowMs, points: 60 };
    await check(asked);
    await store([
      { gpu: gpuA, ms: startMs + 5 * minuteMs + 1, value: 99 },
      { gpu: gpuB, ms: startMs + 65 * minuteMs, value: 1 },
    ]);
    for (const points of [600, 60, 2]) await check({ ...asked, points });
    await rollUp(deps);
    const { rows } = await database.db.query('SELECT 1 FROM telemetry_late');
    expect(rows).toEqual([]);
    for (const points of [600, 60, 2]) await check({ ...asked, points });
  });

  it('of records that come while late ones are rolled up loses none', async () => {
    nowMs = startMs + 30 * minuteMs;
    await store(pointsBetween(startMs, nowMs, 30_000, gpuA));
    nowMs += 10 * minuteMs;
    await rollUp(deps);
    const late = Array.from({ length: 20 }, (_, index) => ({
      gpu: gpuA,
      ms: startMs + index * 777,
      value: index,
    }));
    await Promise.all([...late.map((point) => store([point])), rollUp(deps), rollUp(deps)]);
    await rollUp(deps);
    await check({ sinceMs: startMs, untilMs: nowMs, points: 30 });
  });
});

describe('the plan', () => {
  it('bounds what all series of an answer have together, however many are asked for', () => {
    expect(pointsOfEach(2000, 8)).toBe(2000);
    expect(pointsOfEach(2000, 256 * 8) * 256 * 8).toBeLessThanOrEqual(maxAnswerPoints);
    expect(pointsOfEach(300, 64 * 8)).toBe(300);
    expect(pointsOfEach(300, 0)).toBe(300);
  });

  it('keeps within the points asked for, and reads no more raw records than it may', () => {
    const day = 86_400_000;
    for (const points of [1, 10, 300, 2000])
      for (const span of [60_000, 3_600_000, day, 30 * day, 400 * day]) {
        const plan = planSeries({ sinceMs: startMs - span, untilMs: startMs, points }, 64, {
          ...kept,
          nowMs,
        });
        const buckets = (plan.untilMs - plan.sinceMs) / 1000 / plan.stepSeconds;
        expect(buckets).toBeLessThanOrEqual(points + 1);
        if (plan.tier === 'raw') expect((span / 1000) * 64).toBeLessThanOrEqual(2_000_000);
      }
  });

  it('reads raw records as far back as they are kept, then minutes, then hours', () => {
    const day = 86_400_000;
    const retention = { nowMs: startMs, retentionDays: 30, minutesRetentionDays: 90 };
    const hourFrom = (sinceMs: number) => {
      const asked = { sinceMs, untilMs: sinceMs + 3_600_000, points: 300 };
      const { tier, stepSeconds } = planSeries(asked, 2, retention);
      return [tier, stepSeconds];
    };
    expect(hourFrom(startMs - 30 * day)).toEqual(['raw', 15]);
    expect(hourFrom(startMs - 30 * day - 1)).toEqual(['minutes', 60]);
    expect(hourFrom(startMs - 40 * day)).toEqual(['minutes', 60]);
    expect(hourFrom(startMs - 90 * day)).toEqual(['minutes', 60]);
    expect(hourFrom(startMs - 90 * day - 1)).toEqual(['hours', 3600]);
  });

  it('an hour whose raw records are gone is told by its minutes, and by its hour once those are gone too', async () => {
    nowMs = startMs + 3_600_000;
    await store(pointsBetween(startMs, nowMs, 5000, gpuA));
    nowMs += 10 * minuteMs;
    await rollUp(deps);
    await database.db.query('TRUNCATE telemetry_records');
    const retention = { retentionDays: 30, minutesRetentionDays: 90 };
    const asked = { sinceMs: startMs, untilMs: startMs + 3_600_000, points: 300 };
    const read = async (daysLater: number) => {
      const plan = planSeries(asked, 1, { ...retention, nowMs: startMs + daysLater * 86_400_000 });
      const rows = await readSeries(database.db, plan, [gpuA], 'temperature', await readState(database.db));
      return [rows.length, rows.reduce((sum, { count }) => sum + count, 0)];
    };
    expect(await read(40)).toEqual([60, 720]);
    await database.db.query('TRUNCATE telemetry_minutes');
    expect(await read(100)).toEqual([1, 720]);
  });

  it('reads roll-ups and the newest records by index', async () => {
    const plan = planSeries({ sinceMs: startMs, untilMs: startMs + 86_400_000, points: 300 }, 2, {
      ...kept,
      nowMs,
    });
    const state = { minutes_until: new Date(startMs + 3_600_000), hours_until: new Date(startMs) };
    const { sql, values } = seriesStatement(plan, [gpuA, gpuB], 'temperature', state);
    const { rows } = await database.db.transaction(async (tx) => {
      await tx.query('SET LOCAL enable_seqscan = off');
      return tx.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${sql}`, values);
    });
    const text = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(text).not.toMatch(/Seq Scan on telemetry_(records|minutes|hours)/);
  });
});
