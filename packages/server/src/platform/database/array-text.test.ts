import { describe, expect, it } from 'vitest';
import { testDatabase } from '../../testing/index.ts';
import { arrayText, type ArrayElement } from './array-text.ts';

const database = testDatabase();

const same = (value: ArrayElement): ArrayElement => value;
const awkward = [
  '',
  ' ',
  'NULL',
  'null',
  '{',
  '}',
  ',',
  '"',
  '\\',
  '\\"',
  '\\\\',
  'a,b',
  '{"a":"\\u0041"}',
  '\n\t\r',
  'ü☃😀',
];

describe('a column as an array', () => {
  it('is read by PostgreSQL as it was given, whatever the texts hold', async () => {
    const texts = [...awkward, null, awkward.join('')];
    const { rows } = await database.db.query<{ given: unknown }>('SELECT $1::text[] AS given', [
      arrayText(texts, same),
    ]);
    expect(rows[0]?.given).toEqual(texts);
  });

  it('holds numbers, truth and times as PostgreSQL writes them itself', async () => {
    const numbers = [0, -1, 1.5, 1e21, 2 ** 53, null];
    const { rows } = await database.db.query<{
      numbers: unknown;
      flags: unknown;
      times: Date[];
      none: unknown;
    }>(
      'SELECT $1::float8[] AS numbers, $2::boolean[] AS flags, $3::timestamptz[] AS times, $4::text[] AS none',
      [
        arrayText(numbers, same),
        arrayText([true, false, null], same),
        arrayText([new Date(1)], (time) => time.toISOString()),
        arrayText([], same),
      ],
    );
    expect(rows[0]).toMatchObject({ numbers, flags: [true, false, null], none: [] });
    expect(rows[0]?.times[0]?.getTime()).toBe(1);
  });
});
