/** Broken protobuf: the request is refused whole. */
export class MalformedOtlp extends Error {
  override readonly name = 'MalformedOtlp';
}

/** One message of the protobuf wire format while it is read. Positions are bytes of `bytes`. */
export interface Cursor {
  readonly bytes: Buffer;
  readonly view: DataView;
  at: number;
}

export const cursorOf = (bytes: Buffer): Cursor => ({
  bytes,
  view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length),
  at: 0,
});

/** Wire types of protobuf (encoding, "Message Structure"). */
export const wire = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** An unsigned varint up to 53 bits; what is above is lost, which lengths, tags and flags never are. */
export const readVarint = (cursor: Cursor): number => {
  const { bytes } = cursor;
  let value = 0;
  let scale = 1;
  for (let count = 0; count < 10; count += 1) {
    const byte = bytes[cursor.at];
    if (byte === undefined) throw new MalformedOtlp('The message ends within a number');
    cursor.at += 1;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return value;
    scale *= 128;
  }
  throw new MalformedOtlp('A number is longer than ten bytes');
};

/** The end of a length-delimited field that begins here, behind its length; within `limit`. */
export const readLength = (cursor: Cursor, limit: number): number => {
  const end = readVarint(cursor) + cursor.at;
  if (end > limit) throw new MalformedOtlp('A field reaches beyond its message');
  return end;
};

const fixed64Bytes = 8;
export const readDouble = (cursor: Cursor, limit: number): number => {
  if (cursor.at + fixed64Bytes > limit) throw new MalformedOtlp('The message ends within a number');
  const value = cursor.view.getFloat64(cursor.at, true);
  cursor.at += fixed64Bytes;
  return value;
};

const upperHalf = 4_294_967_296;
/** A signed 64-bit integer as a double, exact up to 2^53. */
export const readInt64 = (cursor: Cursor, limit: number): number => {
  if (cursor.at + fixed64Bytes > limit) throw new MalformedOtlp('The message ends within a number');
  const low = cursor.view.getUint32(cursor.at, true);
  const high = cursor.view.getInt32(cursor.at + 4, true);
  cursor.at += fixed64Bytes;
  return high * upperHalf + low;
};

/** Unsigned nanoseconds since the epoch as whole milliseconds. */
export const readNanosAsMs = (cursor: Cursor, limit: number): number => {
  if (cursor.at + fixed64Bytes > limit) throw new MalformedOtlp('The message ends within a number');
  const low = cursor.view.getUint32(cursor.at, true);
  const high = cursor.view.getUint32(cursor.at + 4, true);
  cursor.at += fixed64Bytes;
  // 2^32 ns are 4294 ms and 967296 ns: whole numbers below 2^53 throughout, so that no millisecond is off by one.
  return high * 4294 + Math.floor((high * 967_296 + low) / 1_000_000);
};

/** Passes over a field of this wire type. */
export const skip = (cursor: Cursor, wireType: number, limit: number): void => {
  if (wireType === wire.varint) readVarint(cursor);
  else if (wireType === wire.fixed64) cursor.at += 8;
  else if (wireType === wire.bytes) cursor.at = readLength(cursor, limit);
  else if (wireType === wire.fixed32) cursor.at += 4;
  else throw new MalformedOtlp('A field has an unknown wire type');
  if (cursor.at > limit) throw new MalformedOtlp('A field reaches beyond its message');
};
