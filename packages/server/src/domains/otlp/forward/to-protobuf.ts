import type { Signal } from '../deps.ts';
import { listOf, numberIn } from '../json/values.ts';
import { enumNames, messages, type FieldType, type MessageName } from './messages.ts';

const wireType = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

const varint = (value: bigint): Buffer => {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 0x80);
  return Buffer.from([...bytes, Number(rest)]);
};
const integerOf = (value: unknown): bigint => {
  if (typeof value === 'string' && /^-?\d{1,20}$/.test(value)) return BigInt(value);
  const number = numberIn(value) ?? 0;
  return Number.isFinite(number) ? BigInt(Math.trunc(number)) : 0n;
};
const fixed64 = (value: unknown): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, integerOf(value)));
  return bytes;
};
const double = (value: unknown): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(numberIn(value) ?? 0);
  return bytes;
};
const fixed32 = (value: unknown): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(Number(BigInt.asUintN(32, integerOf(value))));
  return bytes;
};
const zigzag = (value: bigint): bigint => (value << 1n) ^ (value >> 63n);
const enumerated = (value: unknown): bigint =>
  typeof value === 'string' && value in enumNames ? BigInt(enumNames[value] ?? 0) : integerOf(value);

const field = (number: number, type: number, bytes: Buffer): Buffer[] => [
  varint(BigInt(number * 8 + type)),
  bytes,
];
const delimited = (number: number, bytes: Buffer): Buffer[] => [
  ...field(number, wireType.bytes, varint(BigInt(bytes.length))),
  bytes,
];
const textIn = (value: unknown): string => (typeof value === 'string' ? value : '');

const isMessage = (type: string): type is MessageName => Object.hasOwn(messages, type);

const encodeField = (number: number, type: FieldType, value: unknown): Buffer[] => {
  if (isMessage(type)) {
    const items = Array.isArray(value) ? listOf(value) : [value];
    return items.flatMap((item) => delimited(number, encodeMessage(type, item)));
  }
  switch (type) {
    case 'string':
      return delimited(number, Buffer.from(textIn(value), 'utf8'));
    case 'hex':
      return delimited(number, Buffer.from(textIn(value), 'hex'));
    case 'base64':
      return delimited(number, Buffer.from(textIn(value), 'base64'));
    case 'bool':
      return field(number, wireType.varint, varint(value === true ? 1n : 0n));
    case 'varint':
      return field(number, wireType.varint, varint(integerOf(value)));
    case 'sint32':
      return field(number, wireType.varint, varint(zigzag(integerOf(value))));
    case 'enum':
      return field(number, wireType.varint, varint(enumerated(value)));
    case 'double':
      return field(number, wireType.fixed64, double(value));
    case 'fixed64':
      return field(number, wireType.fixed64, fixed64(value));
    case 'fixed32':
      return field(number, wireType.fixed32, fixed32(value));
    case '[fixed64]':
      return delimited(number, Buffer.concat(listOf(value).map(fixed64)));
    case '[double]':
      return delimited(number, Buffer.concat(listOf(value).map(double)));
    case '[varint]':
      return delimited(number, Buffer.concat(listOf(value).map((each) => varint(integerOf(each)))));
  }
};

const encodeMessage = (name: MessageName, value: unknown): Buffer => {
  const fields: Readonly<Record<string, readonly [number, string]>> = messages[name];
  if (typeof value !== 'object' || value === null) return Buffer.alloc(0);
  const parts: Buffer[] = [];
  for (const [key, member] of Object.entries(value)) {
    const known = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (known === undefined || member === null || member === undefined) continue;
    parts.push(...encodeField(known[0], known[1] as FieldType, member));
  }
  return Buffer.concat(parts);
};

/** An export in OTLP/JSON's form as protobuf. Fields that OTLP does not have are left out. */
export const toProtobuf = (signal: Signal, document: unknown): Buffer => encodeMessage(signal, document);
