/** What a JSON body holds, before anything of it is believed. */
export type JsonObject = Record<string, unknown>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const objectOf = (value: unknown): JsonObject => (isObject(value) ? value : {});
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** A finite number, else undefined. */
export const numberOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;

/** A count that an upstream reports: whole and not negative, else undefined. */
export const countOf = (value: unknown): number | undefined => {
  const number = numberOf(value);
  return number === undefined || number < 0 ? undefined : Math.floor(number);
};

/** Without the fields that are undefined. */
export const defined = (fields: JsonObject): JsonObject => {
  const kept: JsonObject = {};
  for (const name of Object.keys(fields)) if (fields[name] !== undefined) kept[name] = fields[name];
  return kept;
};

/** A copy without the fields that are null: for OpenAI's clients null is as good as nothing. */
export const withoutNulls = (body: unknown): JsonObject =>
  Object.fromEntries(Object.entries(objectOf(body)).filter(([, value]) => value !== null));

/** Only these fields, where they are given. */
export const pick = (object: JsonObject, names: readonly string[]): JsonObject => {
  const picked: JsonObject = {};
  for (const name of names) {
    const value = object[name];
    if (value !== undefined) picked[name] = value;
  }
  return picked;
};

/** JSON, or undefined for what is none. */
export const parseJsonText = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};
