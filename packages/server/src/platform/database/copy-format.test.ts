import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isPlainKey, testDatabase } from '../../testing/index.ts';
import { encodeCopyRows, UnstorableValue } from './copy-format.ts';
import type { CopyValue } from './copy-format.ts';

const test = testDatabase();

const columns = ['n', 'words', 'amount', 'flag', 'at', 'doc', 'tags', 'bytes', 'counts'];

const storableText = fc
  .string({ unit: 'binary' })
  .filter((text) => !text.includes('\0') && text.isWellFormed());
const awkwardText = fc.string({
  unit: fc.constantFrom('\\', '\t', '\n', '\r', '"', '{', '}', ',', 'N', 'u0000', '.', 'é', '😀'),
});
const text = fc.oneof(storableText, awkwardText);
const time = fc.date({
  min: new Date('0001-01-01T00:00:00Z'),
  max: new Date('9999-12-31T23:59:59.999Z'),
  noInvalidDate: true,
});
const json = fc.dictionary(
  text,
  fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null), fc.array(text)),
);
// "__proto__" is an own key here, and toEqual does not look at it. Keys that need an escape in JSON are left out since
// what PostgreSQL answers is parsed; see `isPlainKey`.
const document = json.filter((value) =>
  Object.keys(value).every((key) => key !== '__proto__' && isPlainKey(key)),
);

describe('the COPY encoder', () => {
  beforeAll(async () => {
    await test.db.query(
      `CREATE TABLE copied (n int8, words text, amount float8, flag boolean, at timestamptz, doc jsonb, tags text[],
                            bytes bytea, counts int8[])`,
    );
  });
  afterAll(() => test.db.query('DROP TABLE copied'));

  it('stores every value so that PostgreSQL gives back the same one', async () => {
    const row = fc.tuple(
      fc.option(text),
      fc.option(fc.double()),
      fc.option(fc.boolean()),
      fc.option(time),
      fc.option(document),
      fc.option(fc.array(fc.oneof(text, fc.constant(null)))),
      fc.option(fc.uint8Array().map((bytes) => Buffer.from(bytes))),
      fc.option(fc.array(fc.maxSafeInteger())),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 30 }), async (rows) => {
        const numbered: CopyValue[][] = rows.map((values, index) => [index, ...values]);
        const read = await test.db.transaction(async (tx) => {
          await tx.query('DELETE FROM copied');
          expect(await tx.copyIn('copied', columns, encodeCopyRows(numbered))).toBe(rows.length);
          return (await tx.query('SELECT * FROM copied ORDER BY n')).rows;
        });
        expect(read.map((each) => columns.map((column) => each[column]))).toEqual(numbered);
      }),
      { numRuns: 150 },
    );
  });

  it('refuses NUL characters and impossible times, naming row and column', () => {
    const refuses = (value: CopyValue) =>
      expect(() =>
        encodeCopyRows([
          [1, 'fine'],
          [2, value],
        ]),
      ).toThrow(expect.objectContaining({ name: 'UnstorableValue', row: 1, column: 1 }));
    refuses('a\0b');
    refuses({ a: 'x\0' });
    refuses({ a: '\\\0' });
    refuses(['a', '\0']);
    refuses(new Date(Number.NaN));
    refuses(new Date('+012345-01-01T00:00:00Z'));
    expect(new UnstorableValue('x', 0, 0)).toBeInstanceOf(Error);
  });

  it('lets a JSON text keep a literal backslash before u0000', () => {
    expect(encodeCopyRows([[{ a: '\\u0000' }]]).toString()).toBe(
      '{"a":"\\\\\\\\\\\\\\\\u0000"}\n'.replaceAll('\\\\\\\\', '\\\\'),
    );
  });

  it('stores nothing when a row in the middle does not fit its table', async () => {
    await test.db.query('DELETE FROM copied');
    const rows = [['1'], ['not a number'], ['3']];
    await expect(
      test.db.transaction((tx) => tx.copyIn('copied', ['n'], encodeCopyRows(rows))),
    ).rejects.toMatchObject({ code: '22P02' });
    expect((await test.db.query('SELECT 1 FROM copied')).rows).toEqual([]);
  });
});
