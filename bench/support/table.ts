/** Rows of text under column names; the first column names the row, the others hold numbers. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A whole number with separators of thousands, such as 30,000. */
export const whole = (value: number): string => Math.round(value).toLocaleString('en');
/** Milliseconds with as many digits as mean something. */
export const ms = (value: number): string => `${value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)} ms`;
export const seconds = (valueMs: number): string => `${(valueMs / 1000).toFixed(2)} s`;
export const megabytes = (bytes: number): string => `${whole(bytes / 1e6)} MB`;

const widthsOf = ({ columns, rows }: Table): number[] =>
  columns.map((name, index) => Math.max(name.length, ...rows.map((row) => (row[index] ?? '').length)));

/** For a terminal. */
export const textTable = (table: Table): string => {
  const widths = widthsOf(table);
  const line = (cells: readonly string[]): string =>
    widths
      .map((width, index) =>
        index === 0 ? (cells[index] ?? '').padEnd(width) : (cells[index] ?? '').padStart(width),
      )
      .join('   ');
  return [table.title, line(table.columns), ...table.rows.map(line)].join('\n');
};

/** For a document; Prettier pads it. */
export const markdownTable = ({ columns, rows }: Table): string => {
  const line = (cells: readonly string[]): string =>
    `| ${columns.map((_, index) => (cells[index] ?? '').replaceAll('|', '\\|')).join(' | ')} |`;
  const rule = columns.map((_, index) => (index === 0 ? '---' : '---:'));
  return [line(columns), line(rule), ...rows.map(line)].join('\n');
};
