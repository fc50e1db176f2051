import pg from 'pg';

const oid = {
  int8: 20,
  date: 1082,
  timestamp: 1114,
  interval: 1186,
  int8Array: 1016,
  dateArray: 1182,
} as const;

/**
 * int8 as a JavaScript number. A value that a number cannot hold exactly throws, which fails the query: a wrong
 * figure would be worse. A statement that expects such values selects them `::text`.
 */
export const parseInt8 = (text: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) {
    throw new RangeError(`int8 value ${text} is beyond what a number holds exactly; select it as text`);
  }
  return value;
};

const asText = (text: string): string => text;

// An array of int8 in text form is `{1,NULL,3}`; one dimension is all that the schema uses.
const parseInt8Array = (text: string): (number | null)[] => {
  const inner = text.slice(1, -1);
  if (inner === '') return [];
  return inner.split(',').map((item) => (item === 'NULL' ? null : parseInt8(item)));
};

const ours = new Map<number, (text: string) => unknown>([
  [oid.int8, parseInt8],
  [oid.int8Array, parseInt8Array],
  // A calendar date and a time without zone have no instant: `pg` would read them in this machine's zone.
  [oid.date, asText],
  [oid.timestamp, asText],
  [oid.interval, asText],
]);

type Parser = (text: string) => unknown;
const defaultParser: (id: number, format?: 'text' | 'binary') => Parser = pg.types.getTypeParser;

/** How column values become JavaScript: int8 → number, timestamptz → Date, numeric → string, jsonb → parsed. */
export const valueTypes: pg.CustomTypesConfig = {
  getTypeParser: (id: number, format?: 'text' | 'binary') => {
    const theirs = defaultParser(id, format);
    return format === 'binary' ? theirs : (ours.get(id) ?? theirs);
  },
};
