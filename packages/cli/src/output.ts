import type { Output } from './io.ts';
import { cleanBlock, cleanJson, cleanLine } from './text/clean.ts';
import { createPainter, wantsColour, type Painter } from './text/paint.ts';
import { renderTable, type TableColumn } from './text/table.ts';
import { displayWidth, pad, truncate } from './text/width.ts';

export interface Column<Row> extends TableColumn {
  readonly cell: (row: Row) => string;
  readonly paint?: (row: Row, text: string) => string;
}

export type Pair = readonly [label: string, value: string | number | boolean | null];

/** Where a command's results and remarks go. Everything that it prints is cleaned of what drives a terminal. */
export interface Printer {
  readonly json: boolean;
  readonly paint: Painter;
  table<Row>(columns: readonly Column<Row>[], rows: readonly Row[], empty: string): void;
  pairs(pairs: readonly Pair[]): void;
  /** A line of the result. */
  line(text: string): void;
  /** A line that already carries our own colours; its foreign parts must be clean. */
  paintedLine(text: string): void;
  /** One JSON value: indented, or on one line for streams. */
  value(value: unknown, form?: 'indented' | 'line'): void;
  /** A remark for people, on stderr; silent with --quiet. */
  note(text: string): void;
  /** What must be said even with --quiet. */
  warn(text: string): void;
  /** Replaces the progress line, on a terminal only. An empty text removes it. */
  progress(text: string): void;
  /** Clears the screen before a new picture, on a terminal only. */
  clearScreen(): void;
}

export interface PrinterOptions {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly noColor: boolean;
}

/** Where the terminal's width is not known. */
const widestProgress = 80;

const renderPairs = (pairs: readonly Pair[], paint: Painter): readonly string[] => {
  const widest = Math.max(0, ...pairs.map(([label]) => displayWidth(label)));
  return pairs.map(([label, value]) => {
    const text = value === null || value === '' ? '-' : cleanBlock(String(value));
    const indented = text.replaceAll('\n', `\n${' '.repeat(widest + 2)}`);
    return `${paint('dim', pad(label, widest))}  ${indented}`;
  });
};

export const createPrinter = (options: PrinterOptions): Printer => {
  const { stdout, stderr } = options;
  const colour = wantsColour({ isTty: stdout.isTty, noColorOption: options.noColor, env: options.env });
  const paint = createPainter(colour);
  const width = stdout.isTty ? stdout.columns : undefined;
  const shows = stderr.isTty && !options.quiet;
  let progressShown = false;

  const clearProgress = (): void => {
    if (progressShown) stderr.write('\r\u001b[K');
    progressShown = false;
  };
  const print = (text: string): void => {
    clearProgress();
    stdout.write(`${text}\n`);
  };
  const remark = (text: string): void => {
    clearProgress();
    stderr.write(`${cleanBlock(text)}\n`);
  };

  return {
    json: options.json,
    paint,
    table: (columns, rows, empty) => {
      if (rows.length === 0) {
        if (!options.quiet) remark(empty);
        return;
      }
      const cells = rows.map((row) =>
        columns.map(({ cell, paint: paintCell }) => ({
          text: cleanLine(cell(row)),
          ...(paintCell === undefined ? {} : { paint: (text: string) => paintCell(row, text) }),
        })),
      );
      const lines = renderTable(columns, cells, { width, paintHeader: (text) => paint('bold', text) });
      print(lines.join('\n'));
    },
    pairs: (pairs) => print(renderPairs(pairs, paint).join('\n')),
    line: (text) => print(cleanBlock(text)),
    paintedLine: print,
    value: (value, form = 'indented') => print(cleanJson(value, form === 'indented' ? 2 : undefined)),
    note: (text) => {
      if (!options.quiet) remark(text);
    },
    warn: remark,
    progress: (text) => {
      if (!shows) return;
      clearProgress();
      if (text === '') return;
      // A line that wraps could not be taken back: only its last row is cleared.
      stderr.write(truncate(cleanLine(text), (stderr.columns ?? widestProgress) - 1));
      progressShown = true;
    },
    clearScreen: () => {
      if (stdout.isTty) stdout.write('\u001b[H\u001b[2J');
    },
  };
};
