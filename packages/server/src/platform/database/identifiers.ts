/** Quotes a name for SQL text. Throws on a NUL character, which no PostgreSQL name can hold. */
export const quoteIdentifier = (name: string): string => {
  if (name === '' || name.includes('\0')) throw new RangeError('not a PostgreSQL name');
  return `"${name.replaceAll('"', '""')}"`;
};

/** Quotes `table` or `schema.table`. */
export const quoteTable = (table: string): string => table.split('.').map(quoteIdentifier).join('.');

/** Quotes a text for SQL, whatever `standard_conforming_strings` says. Throws on a NUL character. */
export const quoteLiteral = (text: string): string => {
  if (text.includes('\0'))
    throw new RangeError('a text contains a NUL character, which PostgreSQL cannot store');
  const quoted = `'${text.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`;
  return quoted.includes('\\') ? `E${quoted}` : quoted;
};
