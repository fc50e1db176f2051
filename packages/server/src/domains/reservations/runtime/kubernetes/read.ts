/*
 * Reading what an API server answers. Nothing of it is believed: a field that is missing or of another kind reads as
 * empty, and text is cut.
 */

export type Json = Readonly<Record<string, unknown>>;
const nothing: Json = {};
const maxText = 1_000;

export const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const objectIn = (value: Json, key: string): Json => {
  const found = Object.hasOwn(value, key) ? value[key] : undefined;
  return isJson(found) ? found : nothing;
};

export const listIn = (value: Json, key: string): readonly Json[] => {
  const found = Object.hasOwn(value, key) ? value[key] : undefined;
  return Array.isArray(found) ? found.filter(isJson) : [];
};

/** Printable text of at most `most` characters. */
export const plain = (text: string, most = maxText): string =>
  text.slice(0, most).replaceAll(/[\p{Cc}\p{Cf}]+/gu, ' ');

export const textIn = (value: Json, key: string): string => {
  const found = Object.hasOwn(value, key) ? value[key] : undefined;
  return typeof found === 'string' ? plain(found) : '';
};

export const numberIn = (value: Json, key: string): number | undefined => {
  const found = Object.hasOwn(value, key) ? value[key] : undefined;
  return typeof found === 'number' && Number.isFinite(found) ? found : undefined;
};

export const timeIn = (value: Json, key: string): number | undefined => {
  const ms = Date.parse(textIn(value, key));
  return Number.isNaN(ms) ? undefined : ms;
};

/** The fields of an object that are text. */
export const textsIn = (value: Json, key: string): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(objectIn(value, key)).flatMap(([name, text]) =>
      typeof text === 'string' ? [[name, plain(text)] as const] : [],
    ),
  );

const binary: Readonly<Record<string, number>> = {
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};
const decimal: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
};
const quantity = /^(\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})(?:([eE][+-]?\d{1,2})|([KMGTPE]i|[numkMGTPE])?)$/;

/** A Kubernetes quantity (`8`, `1500m`, `2Gi`, `1e3`) as a number; undefined for what is none, and for negatives. */
export const readQuantity = (value: unknown): number | undefined => {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? value : undefined;
  if (typeof value !== 'string') return undefined;
  const found = quantity.exec(value.trim());
  if (found === null) return undefined;
  const [, digits = '', exponent, suffix = ''] = found;
  const factor = exponent === undefined ? (binary[suffix] ?? decimal[suffix] ?? 1) : Number(`1${exponent}`);
  return Number(digits) * factor;
};
