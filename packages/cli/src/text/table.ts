import { displayWidth, pad, truncate } from './width.ts';

export interface TableColumn {
  readonly header: string;
  readonly align?: 'left' | 'right';
  /** May be cut, down to this many columns, when the terminal is too narrow. Columns without it are never cut. */
  readonly shrinkTo?: number;
}

/** A cell's text, and how it is painted once it has its width. */
export interface Cell {
  readonly text: string;
  readonly paint?: (text: string) => string;
}

const gap = '  ';

/** Takes columns away from the widest column that may still shrink, until the table fits or nothing can shrink. */
const fitWidths = (
  natural: readonly number[],
  minima: readonly (number | undefined)[],
  available: number,
): readonly number[] => {
  const widths = [...natural];
  let excess = widths.reduce((sum, width) => sum + width, 0) - available;
  while (excess > 0) {
    let widest = -1;
    for (const [index, width] of widths.entries()) {
      const minimum = minima[index];
      if (minimum === undefined || width <= minimum) continue;
      if (widest === -1 || width > (widths[widest] ?? 0)) widest = index;
    }
    if (widest === -1) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
    excess -= 1;
  }
  return widths;
};

/**
 * Lines of a table without borders: what `grep` and `awk` read and what eyes follow. `width` undefined: nothing is
 * cut. Texts must be clean and on one line.
 */
export const renderTable = (
  columns: readonly TableColumn[],
  rows: readonly (readonly Cell[])[],
  options: { readonly width: number | undefined; readonly paintHeader?: (text: string) => string },
): readonly string[] => {
  const natural = columns.map((column, index) =>
    Math.max(displayWidth(column.header), ...rows.map((row) => displayWidth(row[index]?.text ?? ''))),
  );
  const available =
    options.width === undefined
      ? Number.POSITIVE_INFINITY
      : options.width - gap.length * (columns.length - 1);
  const minima = columns.map((column) =>
    column.shrinkTo === undefined ? undefined : Math.max(column.shrinkTo, displayWidth(column.header)),
  );
  const widths = fitWidths(natural, minima, available);
  const line = (cells: readonly Cell[]): string =>
    columns
      .map((column, index) => {
        const cell = cells[index] ?? { text: '' };
        const width = widths[index] ?? 0;
        const text = truncate(cell.text, width);
        const isLast = index === columns.length - 1 && column.align !== 'right';
        const filled = isLast ? text : pad(text, width, column.align);
        return cell.paint === undefined ? filled : filled.replace(text, () => cell.paint?.(text) ?? text);
      })
      .join(gap)
      .trimEnd();
  const header = line(columns.map((column) => ({ text: column.header })));
  return [options.paintHeader?.(header) ?? header, ...rows.map(line)];
};
