/** Readers of other tools' JSON, where a field may be missing or of another type than last year. */
export type Loose = Readonly<Record<string, unknown>>;

export const isLoose = (value: unknown): value is Loose =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const objectAt = (from: Loose, name: string): Loose | undefined => {
  const value = from[name];
  return isLoose(value) ? value : undefined;
};

// eslint-disable-next-line no-control-regex
const control = /[\u0000-\u0008\u000B\u000C\u000E-\u001F]/g;

/** A text without control characters, cut to a length; undefined where there is none, or an empty one. */
export const textAt = (from: Loose | undefined, name: string, maxLength: number): string | undefined => {
  const value = from?.[name];
  if (typeof value !== 'string' || value === '') return undefined;
  return value.toWellFormed().replace(control, ' ').slice(0, maxLength);
};

/** A whole number, also where it was written as a text. */
export const integerAt = (from: Loose | undefined, name: string): number | undefined => {
  const value = from?.[name];
  const number = typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : undefined;
};

/** Leaves out what is undefined. */
export const told = (fields: Loose): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
