import { readKeyValue } from './attributes.ts';
import { readLength, readVarint, skip, wire, type Cursor } from './fields.ts';

/** Calls `read` at the beginning of each length-delimited field with this number, with its end; passes over the rest. */
export const forEachField = (
  cursor: Cursor,
  end: number,
  field: number,
  read: (to: number) => void,
): void => {
  while (cursor.at < end) {
    const tag = readVarint(cursor);
    if (tag !== field * 8 + wire.bytes) {
      skip(cursor, tag & 7, end);
      continue;
    }
    const to = readLength(cursor, end);
    read(to);
    cursor.at = to;
  }
};

/** The attributes of a Resource (opentelemetry/proto/resource/v1). */
export const readResource = (cursor: Cursor, end: number): Map<string, string> => {
  const attributes = new Map<string, string>();
  forEachField(cursor, end, 1, (to) => readKeyValue(cursor, to, attributes));
  return attributes;
};
