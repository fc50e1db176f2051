/** A field of a parsed document by its path; undefined where there is none. */
export const at = (value: unknown, ...path: readonly string[]): unknown => {
  let current = value;
  for (const name of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, name)) return undefined;
    current = Reflect.get(current, name) as unknown;
  }
  return current;
};

/** A number out of what tools print: 5, "5", "5 W", "(132Mhz)", {"value": 5, "unit": "W"}. Null for N/A and the like. */
export const numberIn = (value: unknown): number | null => {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'object' && value !== null) return numberIn(at(value, 'value'));
  if (typeof value !== 'string') return null;
  const match = /^\(?\s*(-?\d{1,18}(?:\.\d{1,9})?)\s*(?:%|[A-Za-z]{1,5})?\)?$/.exec(value.trim());
  return match === null ? null : Number(match[1]);
};

/** Text that says something; null for N/A and the like. */
export const textIn = (value: unknown): string | null =>
  typeof value === 'string' && value.trim() !== '' && !/^(n\/a|unknown|none)$/i.test(value.trim())
    ? value.trim()
    : null;

/** A JSON document, or undefined when it is none. Tools may print warnings before it. */
export const parseJsonOutput = (output: string): unknown => {
  const start = output.search(/[[{]/);
  if (start === -1) return undefined;
  try {
    return JSON.parse(output.slice(start)) as unknown;
  } catch {
    return undefined;
  }
};

/** The array in a document, at the top or below one of the names. */
export const listIn = (document: unknown, ...names: readonly string[]): readonly unknown[] => {
  if (Array.isArray(document)) return document;
  for (const name of names) {
    const list = at(document, name);
    if (Array.isArray(list)) return list;
  }
  return [];
};
