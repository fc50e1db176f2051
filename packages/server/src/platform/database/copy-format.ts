/**
 * A column's value. Objects become JSON; an array becomes a PostgreSQL array, so a JSON array is given as its
 * `JSON.stringify` text. A `Buffer` becomes bytea; `undefined` and `null` become NULL.
 */
export type CopyValue =
  | string
  | number
  | bigint
  | boolean
  | Date
  | Buffer
  | null
  | undefined
  | readonly (string | number | boolean | null)[]
  | Readonly<Record<string, unknown>>;

/** A value that PostgreSQL cannot store; `column` counts from 0. */
export class UnstorableValue extends Error {
  readonly kind = 'unstorable_value';
  readonly row: number;
  readonly column: number;

  constructor(problem: string, row: number, column: number) {
    super(`row ${row}, column ${column}: ${problem}`);
    this.name = 'UnstorableValue';
    this.row = row;
    this.column = column;
  }
}

const special = /[\\\t\n\r\0]/;
const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
// A NUL inside of JSON is an escape sequence; an even number of backslashes before it are literal ones.
const jsonNul = /(?<!\\)(?:\\\\)*\\u0000/;
// PostgreSQL reads ISO 8601 with four-digit years; JavaScript writes others with a sign.
const firstTimeMs = Date.parse('0001-01-01T00:00:00.000Z');
const lastTimeMs = Date.parse('9999-12-31T23:59:59.999Z');

const problem = (text: string): never => {
  throw new RangeError(text);
};

const escapeText = (text: string): string => {
  if (!special.test(text)) return text;
  if (text.includes('\0')) problem('a text contains a NUL character, which PostgreSQL cannot store');
  return text.replace(/[\\\t\n\r]/g, (character) => escapes[character] ?? character);
};

const numberText = (value: number): string => (Object.is(value, -0) ? '-0' : String(value));

const dateText = (value: Date): string => {
  const ms = value.getTime();
  // NaN, an invalid date, fails both comparisons.
  if (!(ms >= firstTimeMs && ms <= lastTimeMs)) problem('a time is not between the years 1 and 9999');
  return value.toISOString();
};

const jsonText = (value: object): string => {
  const json = JSON.stringify(value);
  if (jsonNul.test(json)) problem('a JSON text contains a NUL character, which PostgreSQL cannot store');
  return json;
};

const arrayElement = (value: string | number | boolean | null): string => {
  if (value === null) return 'NULL';
  if (typeof value === 'number') return numberText(value);
  if (typeof value === 'boolean') return value ? 't' : 'f';
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
};

const isArray = (value: object): value is readonly (string | number | boolean | null)[] =>
  Array.isArray(value);

const encodeObject = (value: object): string => {
  if (value instanceof Date) return dateText(value);
  if (Buffer.isBuffer(value)) return `\\\\x${value.toString('hex')}`;
  if (isArray(value)) return escapeText(`{${value.map(arrayElement).join(',')}}`);
  return escapeText(jsonText(value));
};

const encodeValue = (value: CopyValue): string => {
  if (value === null || value === undefined) return '\\N';
  switch (typeof value) {
    case 'string':
      return escapeText(value);
    case 'number':
      return numberText(value);
    case 'boolean':
      return value ? 't' : 'f';
    case 'bigint':
      return String(value);
    default:
      return encodeObject(value);
  }
};

const encodeRow = (values: readonly CopyValue[], row: number): string => {
  let line = '';
  for (let column = 0; column < values.length; column += 1) {
    try {
      line += column === 0 ? encodeValue(values[column]) : `\t${encodeValue(values[column])}`;
    } catch (error) {
      if (error instanceof RangeError) throw new UnstorableValue(error.message, row, column);
      throw error;
    }
  }
  return `${line}\n`;
};

/**
 * Rows in PostgreSQL's text COPY format (https://www.postgresql.org/docs/current/sql-copy.html, "Text Format"), for
 * `Tx.copyIn`. Lone surrogates in a string become U+FFFD, as UTF-8 has none. Errors: `UnstorableValue`.
 */
export const encodeCopyRows = (rows: Iterable<readonly CopyValue[]>): Buffer => {
  let text = '';
  let row = 0;
  for (const values of rows) {
    text += encodeRow(values, row);
    row += 1;
  }
  return Buffer.from(text, 'utf8');
};
