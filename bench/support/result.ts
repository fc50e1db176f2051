import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { machineLine, type Machine } from './machine.ts';
import { textTable, type Table } from './table.ts';

/** One figure that an issue asks for. */
export interface Figure {
  readonly name: string;
  readonly target: string;
  readonly measured: string;
  readonly met: boolean;
}

/** What a bench leaves behind: `bench/results/<bench>.json`, from which `bench/run.ts` writes docs/performance.md. */
export interface BenchResult {
  /** The bench's file name without `.ts`. */
  readonly bench: string;
  readonly machine: Machine;
  readonly figures: readonly Figure[];
  readonly tables: readonly Table[];
  /** How it was measured and what limits the numbers: whole sentences. */
  readonly notes: readonly string[];
}

export const resultsDirectory = join(import.meta.dirname, '../results');

const figureLine = ({ name, target, measured, met }: Figure): string =>
  `${met ? 'met    ' : 'NOT MET'}  ${name}: ${measured} (target ${target})`;

/** Prints a result for a person and keeps it for the document. */
export const report = (result: BenchResult): void => {
  mkdirSync(resultsDirectory, { recursive: true });
  writeFileSync(join(resultsDirectory, `${result.bench}.json`), `${JSON.stringify(result, null, 2)}\n`);
  console.log(`${result.bench} · ${machineLine(result.machine)}\n`);
  for (const table of result.tables) console.log(`${textTable(table)}\n`);
  for (const note of result.notes) console.log(`- ${note}`);
  for (const figure of result.figures) console.log(figureLine(figure));
};
