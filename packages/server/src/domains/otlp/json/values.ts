import { maxAttributeLength, maxAttributes, noAttributes, type Attributes } from '../attributes.ts';

/** A member of a parsed object; undefined where there is none. */
export const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (Reflect.get(value, name) as unknown)
    : undefined;

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** A JSON number, a 64-bit integer as text, or the names that protobuf gives to what is no number. */
export const numberIn = (value: unknown): number | undefined => {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || value.length > 32) return undefined;
  if (value === 'NaN') return Number.NaN;
  if (value === 'Infinity') return Number.POSITIVE_INFINITY;
  if (value === '-Infinity') return Number.NEGATIVE_INFINITY;
  return /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(value) ? Number(value) : undefined;
};

const nanosPerMs = 1_000_000;
/** Nanoseconds since the epoch, as text or number, as whole milliseconds; 0 for anything else. */
export const nanosAsMs = (value: unknown): number => {
  if (typeof value === 'string' && /^\d{7,20}$/.test(value)) return Number(value.slice(0, -6));
  const nanos = numberIn(value);
  return nanos === undefined || !Number.isFinite(nanos) ? 0 : Math.floor(nanos / nanosPerMs);
};

/** AnyValue as text: scalars alone. */
export const anyValueText = (value: unknown): string | null => {
  const text = memberOf(value, 'stringValue');
  if (typeof text === 'string') return text.slice(0, maxAttributeLength);
  for (const name of ['boolValue', 'intValue', 'doubleValue']) {
    const scalar = memberOf(value, name);
    if (typeof scalar === 'boolean' || typeof scalar === 'number' || typeof scalar === 'string')
      return String(scalar).slice(0, maxAttributeLength);
  }
  return null;
};

/** KeyValues of OTLP/JSON as attributes. */
export const attributesOf = (value: unknown): Attributes => {
  const list = listOf(value);
  if (list.length === 0) return noAttributes;
  const attributes = new Map<string, string>();
  for (const pair of list) {
    const key = memberOf(pair, 'key');
    const text = anyValueText(memberOf(pair, 'value'));
    if (typeof key !== 'string' || text === null || attributes.size >= maxAttributes) continue;
    attributes.set(key.slice(0, maxAttributeLength), text);
  }
  return attributes;
};
