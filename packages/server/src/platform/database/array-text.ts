/** What `arrayText` writes; times as RFC 3339 texts, JSON as its text. */
export type ArrayElement = string | number | boolean | null;

const quoted = /["\\]/;
const toQuote = /["\\]/g;

const elementText = (value: ArrayElement): string => {
  if (value === null) return 'NULL';
  if (typeof value !== 'string') return String(value);
  return quoted.test(value) ? `"${value.replace(toQuote, '\\$&')}"` : `"${value}"`;
};

/**
 * A column of values as PostgreSQL reads an array (https://www.postgresql.org/docs/current/arrays.html, "Array Input and
 * Output Syntax"). Given as a parameter it is what the driver makes of a list, at a third of the work and garbage: for
 * the inserts of each request.
 */
export const arrayText = <T>(items: readonly T[], read: (item: T) => ArrayElement): string => {
  let text = '{';
  for (let index = 0; index < items.length; index += 1)
    text += index === 0 ? elementText(read(items[index] as T)) : `,${elementText(read(items[index] as T))}`;
  return `${text}}`;
};
