import { TelemetryBulk } from '@gpushield/contracts';
import { describe, expect, it } from 'vitest';
import { createValidatorFactory } from '../../platform/http/validation.ts';
import { isPlainBulk } from './plain-bulk.ts';

const bodyLimitBytes = 16 * 1024 * 1024;
const schema = { body: TelemetryBulk, responses: {} };
const strict = createValidatorFactory().validatorsFor(schema, bodyLimitBytes).body;
const quick = createValidatorFactory().validatorsFor(
  { ...schema, plainBody: isPlainBulk },
  bodyLimitBytes,
).body;

const ids = {
  gpu_id: '0199aaaa-0000-7000-8000-000000000001',
  sensor_id: '0199aaaa-0000-7000-8000-000000000002',
};
const sent = {
  ...ids,
  timestamp: '2026-05-31T23:59:59.125Z',
  metrics: { temperature: 50, gpu_utilization: 12.5, made_up: -3 },
};

/** What a field is replaced by; `undefined` takes it away. */
const values: readonly unknown[] = [
  ...[undefined, null, '', 0, -1, 1e18, 1.1e18, true, [], {}, 'metrics', 'other', 'é', '1', 'x'.repeat(41)],
  ...[ids.gpu_id, ids.gpu_id.toUpperCase(), `urn:uuid:${ids.gpu_id}`, ` ${ids.gpu_id}`, `${ids.gpu_id}\n`],
  ...[ids.gpu_id.replace('a', 'g'), ids.gpu_id.slice(1), ids.gpu_id.replaceAll('-', '')],
  ...[
    '2026-05-31T23:59:59Z',
    '2026-05-31T23:59:59.1Z',
    '2026-05-31t23:59:59z',
    '2026-05-31T23:59:59',
    '2026-05-31',
  ],
  ...['2026-02-28T00:00:00Z', '2026-02-29T00:00:00Z', '2024-02-29T00:00:00Z', '2026-04-31T00:00:00Z'],
  ...Array.from(
    { length: 12 * 31 },
    (_, day) =>
      `2026-${String(1 + Math.floor(day / 31)).padStart(2, '0')}-${String(1 + (day % 31)).padStart(2, '0')}T12:00:00Z`,
  ).filter((text) => /-(?:0[19]|28|29|3.)T/.test(text)),
  ...['2026-00-10T00:00:00Z', '2026-13-10T00:00:00Z', '2026-01-00T00:00:00Z', '2026-01-32T00:00:00Z'],
  ...['2026-01-10T24:00:00Z', '2026-01-10T23:60:00Z', '2026-01-10T23:59:60Z', '2026-01-10T12:00:60Z'],
  ...['2026-01-10T00:00:00+01:00', '2026-01-10T00:00:00.Z', '2026-01-10 00:00:00Z', '2026-01-10T00:00:00Z\n'],
  `2026-01-10T00:00:00.${'1'.repeat(19)}Z`,
  `2026-01-10T00:00:00.${'1'.repeat(25)}Z`,
  ...[
    { temperature: 1 },
    { temperature: '1' },
    { temperature: null },
    { temperature: 1e300 },
    { Bad: 1 },
    { '': 1 },
  ],
  ...[{ 'a.b_c9': 1 }, { '9a': 1 }, { ['a'.repeat(64)]: 1 }, { ['a'.repeat(65)]: 1 }, { 'a\n': 1 }, [1]],
  Object.fromEntries(Array.from({ length: 64 }, (_, index) => [`m${String(index)}`, index])),
  Object.fromEntries(Array.from({ length: 65 }, (_, index) => [`m${String(index)}`, index])),
];

const changed = (field: string, value: unknown): unknown =>
  JSON.parse(JSON.stringify({ ...sent, [field]: value }));

/** The error's fields and words, or that there is none. */
const verdict = (validate: (body: unknown) => unknown, body: unknown): unknown => {
  try {
    validate(structuredClone(body));
    return 'taken';
  } catch (error) {
    return error;
  }
};

const fields = [...Object.keys(sent), 'telemetry_type', 'other', 'node_id'];
const bodies: readonly unknown[] = [
  ...[
    undefined,
    null,
    1,
    'x',
    [],
    {},
    { records: [] },
    { records: {} },
    { records: [sent], more: 1 },
    [sent],
  ],
  ...[{ records: [null] }, { records: ['x'] }, { records: [[]] }, { records: [[sent]] }],
  ...fields.flatMap((field) => values.map((value) => ({ records: [sent, changed(field, value), sent] }))),
  // Remembered texts are of their own field.
  { records: [sent, { ...sent, gpu_id: sent.timestamp }, { ...sent, timestamp: sent.gpu_id }] },
  { records: Array.from({ length: 10_000 }, () => sent) },
  { records: Array.from({ length: 10_001 }, () => sent) },
];

describe('the quick look at a bulk', () => {
  it('takes what sensors send', () => {
    expect(
      isPlainBulk({ records: [sent, { ...sent, sensor_id: null }, { ...sent, telemetry_type: 'metrics' }] }),
    ).toBe(true);
  });

  it.each(bodies.map((body, index) => [index, body] as const))(
    'takes nothing that the schema refuses, and its errors are the schema’s: body %i',
    (_index, body) => {
      const expected = verdict(strict, body);
      expect(verdict(quick, body)).toEqual(expected);
      if (isPlainBulk(body)) expect(expected).toBe('taken');
    },
  );
});
