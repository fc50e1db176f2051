/** PostgreSQL counts microseconds from 2000-01-01 UTC. */
const postgresEpochMs = 946_684_800_000;
/** `PGCOPY\n\377\r\n\0`, no flags, no header extension (PostgreSQL manual, COPY, "Binary Format"). */
const header = Buffer.from([
  ...[0x50, 0x47, 0x43, 0x4f, 0x50, 0x59, 0x0a, 0xff, 0x0d, 0x0a, 0x00],
  ...[0, 0, 0, 0, 0, 0, 0, 0],
]);
const growth = 2;
const jsonbVersion = 1;
/** The fixed fields of a tuple that follow a text still fit. */
const roomBehindText = 4096;

const hexValues = (() => {
  const values = new Uint8Array(128).fill(255);
  for (let digit = 0; digit < 16; digit += 1) {
    const text = digit.toString(16);
    values[text.charCodeAt(0)] = digit;
    values[text.toUpperCase().charCodeAt(0)] = digit;
  }
  return values;
})();

/** The 16 bytes of a UUID in text. */
export const uuidBytes = (text: string): Buffer => {
  const bytes = Buffer.allocUnsafe(16);
  let at = 0;
  let high = -1;
  for (let index = 0; index < text.length && at < 16; index += 1) {
    const value = hexValues[text.charCodeAt(index)] ?? 255;
    if (value === 255) continue;
    if (high === -1) high = value;
    else {
      bytes[at] = (high << 4) | value;
      at += 1;
      high = -1;
    }
  }
  if (at !== 16) throw new Error('This is no UUID');
  return bytes;
};

/** Writes tuples of the binary COPY format one field after the other; it grows as it must. */
export const createTupleWriter = (expectedBytes: number) => {
  let buffer = Buffer.allocUnsafe(Math.max(1024, expectedBytes));
  let view = new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
  let at = header.copy(buffer);
  const reserve = (bytes: number): void => {
    if (at + bytes <= buffer.length) return;
    buffer = Buffer.concat([buffer.subarray(0, at)], Math.max(buffer.length * growth, at + bytes));
    view = new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
  };
  return {
    /** Begins a tuple; its fields follow. `roomBytes`: at least what its fixed fields need. */
    tuple: (fields: number, roomBytes: number): void => {
      reserve(roomBytes + 2);
      view.setInt16(at, fields);
      at += 2;
    },
    absent: (): void => {
      view.setInt32(at, -1);
      at += 4;
    },
    uuid: (bytes: Buffer): void => {
      view.setInt32(at, 16);
      at += 4 + bytes.copy(buffer, at + 4);
    },
    timestamp: (ms: number): void => {
      view.setInt32(at, 8);
      view.setBigInt64(at + 4, BigInt(Math.trunc(ms - postgresEpochMs)) * 1000n);
      at += 12;
    },
    float8: (value: number): void => {
      view.setInt32(at, 8);
      view.setFloat64(at + 4, value);
      at += 12;
    },
    float4: (value: number): void => {
      view.setInt32(at, 4);
      view.setFloat32(at + 4, value);
      at += 8;
    },
    /** Text or json. */
    text: (value: string): void => {
      const bytes = Buffer.byteLength(value);
      reserve(bytes + roomBehindText);
      view.setInt32(at, bytes);
      at += 4 + buffer.write(value, at + 4);
    },
    jsonb: (value: string): void => {
      const bytes = Buffer.byteLength(value);
      reserve(bytes + roomBehindText);
      view.setInt32(at, bytes + 1);
      buffer[at + 4] = jsonbVersion;
      at += 5 + buffer.write(value, at + 5);
    },
    finish: (): Buffer => {
      reserve(2);
      view.setInt16(at, -1);
      return buffer.subarray(0, at + 2);
    },
  };
};
export type TupleWriter = ReturnType<typeof createTupleWriter>;
