import { describe, expect, it } from 'vitest';
import { knownMetricNames, type TelemetryInput } from '@gpushield/contracts';
import { checkPlaces } from './check-places.ts';
import { checkRecords } from './check-records.ts';
import { mergeMetrics, metricProblem, type KnownValues } from './metrics.ts';
import { parseTimestamp } from './timestamp.ts';

const nowMs = Date.parse('2026-06-01T00:00:00.000Z');
const gpuId = '0199aaaa-0000-7000-8000-000000000001';
const sensorId = '0199aaaa-0000-7000-8000-000000000002';
const record = (changes: Partial<TelemetryInput> = {}): TelemetryInput => ({
  gpu_id: gpuId,
  timestamp: '2026-05-31T23:59:59Z',
  metrics: { temperature: 50 },
  ...changes,
});
const pointerOf = (index: number) => `/records/${index}`;

describe('a time', () => {
  it.each([
    ['2024-01-01T12:00:00Z', '2024-01-01T12:00:00.000Z'],
    ['2024-01-01T12:00:00.1239999Z', '2024-01-01T12:00:00.123Z'],
    ['2024-01-01t12:00:00z', '2024-01-01T12:00:00.000Z'],
    ['2024-01-01T12:00:00.5+05:30', '2024-01-01T06:30:00.500Z'],
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z'],
    ['2016-12-31T23:59:60.250Z', '2017-01-01T00:00:00.250Z'],
  ])('%s is read to the millisecond', (text, expected) => {
    expect(new Date(parseTimestamp(text)).toISOString()).toBe(expected);
  });

  it.each([
    '1970-01-01T00:00:00Z',
    '2014-12-31T23:59:59.999Z',
    '2026-06-01T00:05:00.001Z',
    '9999-12-31T23:59:59Z',
    'x',
  ])('that no sane clock shows, %s, is refused by its field', (timestamp) => {
    const check = checkRecords([record(), record({ timestamp })], nowMs, pointerOf);
    expect(check).toMatchObject({ ok: false, errors: [{ field: '/records/1/timestamp' }] });
  });

  it('a little ahead of the server is accepted: clocks differ', () => {
    expect(checkRecords([record({ timestamp: '2026-06-01T00:05:00Z' })], nowMs, pointerOf).ok).toBe(true);
  });
});

describe('metrics', () => {
  it.each([
    ['gpu_utilization', 100.01],
    ['gpu_utilization', -1],
    ['temperature', 301],
    ['memory_used', -0.5],
    ['power_usage', Number.NaN],
    ['made_up', Number.POSITIVE_INFINITY],
  ])('%s = %s is refused: no device reports it', (name, value) => {
    expect(metricProblem(name, value)).toBeDefined();
    const check = checkRecords([record({ metrics: { [name]: value } })], nowMs, pointerOf);
    expect(check).toMatchObject({ ok: false, errors: [{ field: `/records/0/metrics/${name}` }] });
  });

  it('that are unknown may be any finite number', () => {
    expect(metricProblem('made_up', -1e17)).toBeUndefined();
  });

  it('are one object again when they are read: absent ones stay absent, zero stays zero', () => {
    const columns = Object.fromEntries(knownMetricNames.map((name) => [name, null]));
    const row = { ...columns, temperature: 0 } as unknown as KnownValues;
    expect(mergeMetrics(row, { made_up: 2 })).toEqual({ temperature: 0, made_up: 2 });
    expect(mergeMetrics(row, null)).toEqual({ temperature: 0 });
  });
});

it('an answer names at most 50 fields, however many are wrong', () => {
  const bad = Array.from({ length: 10_000 }, () => record({ timestamp: '1970-01-01T00:00:00Z' }));
  const check = checkRecords(bad, nowMs, pointerOf);
  expect(check.ok ? 0 : check.errors.length).toBe(50);
  const problems = checkPlaces(bad, { gpus: new Map(), sensors: new Map() }, pointerOf);
  expect(problems.unknown.length).toBe(50);
});

describe('references', () => {
  const gpus = new Map([[gpuId, { nodeId: 'n1', ownerId: 'o' }]]);
  it('that name nothing are unknown, by record', () => {
    const problems = checkPlaces(
      [record(), record({ gpu_id: sensorId })],
      { gpus, sensors: new Map() },
      pointerOf,
    );
    expect(problems.unknown.map(({ field }) => field)).toEqual(['/records/1/gpu_id']);
  });
  it('to a sensor of another node are misplaced: a record is found by its node', () => {
    const sensors = new Map([[sensorId, { nodeId: 'n2', ownerId: 'o' }]]);
    const problems = checkPlaces([record({ sensor_id: sensorId })], { gpus, sensors }, pointerOf);
    expect(problems).toMatchObject({ unknown: [], misplaced: [{ field: '/records/0/sensor_id' }] });
  });
  it.each([gpuId.toUpperCase(), `urn:uuid:${gpuId}`])(
    'in other spellings of the same id, %s, are the same',
    (id) => {
      const problems = checkPlaces([record({ gpu_id: id })], { gpus, sensors: new Map() }, pointerOf);
      expect(problems.unknown).toEqual([]);
    },
  );
});
