import { maxAttributeLength, maxAttributes } from '../attributes.ts';
import {
  cursorOf,
  MalformedOtlp,
  readDouble,
  readLength,
  readVarint,
  skip,
  wire,
  type Cursor,
} from './fields.ts';

const textOf = (cursor: Cursor, end: number): string => {
  const text = cursor.bytes.toString('utf8', cursor.at, Math.min(end, cursor.at + maxAttributeLength));
  cursor.at = end;
  return text;
};

/** AnyValue (opentelemetry/proto/common/v1): text, booleans and numbers as text; arrays and the like are null. */
export const readAnyValue = (cursor: Cursor, limit: number): string | null => {
  let text: string | null = null;
  while (cursor.at < limit) {
    const tag = readVarint(cursor);
    const [field, type] = [Math.floor(tag / 8), tag & 7];
    if (field === 1 && type === wire.bytes) text = textOf(cursor, readLength(cursor, limit));
    else if (field === 2 && type === wire.varint) text = readVarint(cursor) === 0 ? 'false' : 'true';
    else if (field === 3 && type === wire.varint) text = String(readVarint(cursor));
    else if (field === 4 && type === wire.fixed64) text = String(readDouble(cursor, limit));
    else skip(cursor, type, limit);
  }
  return text;
};

/** One KeyValue into `into`. */
export const readKeyValue = (cursor: Cursor, limit: number, into: Map<string, string>): void => {
  let key = '';
  let value: string | null = null;
  while (cursor.at < limit) {
    const tag = readVarint(cursor);
    const [field, type] = [Math.floor(tag / 8), tag & 7];
    if (field === 1 && type === wire.bytes) key = textOf(cursor, readLength(cursor, limit));
    else if (field === 2 && type === wire.bytes) value = readAnyValue(cursor, readLength(cursor, limit));
    else skip(cursor, type, limit);
  }
  if (cursor.at !== limit) throw new MalformedOtlp('A field reaches beyond its message');
  if (value !== null && into.size < maxAttributes) into.set(key, value);
};

/** Attributes of a message whose KeyValues have the tag `field`, out of a slice that holds nothing else. */
export const attributesIn = (bytes: Buffer, field: number): Map<string, string> => {
  const cursor = cursorOf(bytes);
  const attributes = new Map<string, string>();
  while (cursor.at < bytes.length) {
    const tag = readVarint(cursor);
    if (tag === field * 8 + wire.bytes) readKeyValue(cursor, readLength(cursor, bytes.length), attributes);
    else skip(cursor, tag & 7, bytes.length);
  }
  return attributes;
};
