import { machineLine, type Machine } from './machine.ts';
import type { BenchResult, Figure } from './result.ts';
import { markdownTable } from './table.ts';

/*
 * docs/performance.md is written by hand around sections that benches fill: `<!-- bench:NAME -->` to
 * `<!-- /bench:NAME -->` for each bench, and `<!-- figures -->` to `<!-- /figures -->` for what all of them decide.
 */

const between = (document: string, open: string, close: string): { from: number; to: number } => {
  const from = document.indexOf(open);
  const to = document.indexOf(close);
  if (from === -1 || to < from) throw new Error(`The document has no section ${open} … ${close}`);
  return { from: from + open.length, to };
};

const replaceBetween = (document: string, name: string, text: string): string => {
  const { from, to } = between(document, `<!-- ${name} -->`, `<!-- /${name} -->`);
  return `${document.slice(0, from)}\n\n${text}\n\n${document.slice(to)}`;
};

/** The document with one bench's section replaced. Throws when it has none. */
export const replaceSection = (document: string, bench: string, text: string): string =>
  replaceBetween(document, `bench:${bench}`, text);

const figureColumns = ['figure', 'target', 'measured', 'met', 'bench'];

/** The document with one bench's figures replaced in the table of all. */
export const replaceFigures = (document: string, bench: string, figures: readonly Figure[]): string => {
  const { from, to } = between(document, '<!-- figures -->', '<!-- /figures -->');
  const others = document
    .slice(from, to)
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
    .filter((cells) => cells.at(-1) !== bench);
  const ours = figures.map(({ name, target, measured, met }) => [
    name,
    target,
    measured,
    met ? 'yes' : 'no',
    bench,
  ]);
  const rows = [...others, ...ours];
  return replaceBetween(document, 'figures', markdownTable({ title: '', columns: figureColumns, rows }));
};

/** What a bench reported: its machine, its tables, its notes. */
export const resultSection = ({ machine, tables, notes }: BenchResult): string =>
  [
    machineLine(machine),
    ...tables.map((table) => `${table.title}:\n\n${markdownTable(table)}`),
    notes.map((note) => `- ${note}`).join('\n'),
  ].join('\n\n');

/** What a bench printed, where it reports nothing. */
export const outputSection = (machine: Machine, output: string): string =>
  `${machineLine(machine)}\n\n\`\`\`text\n${output.trim()}\n\`\`\``;
