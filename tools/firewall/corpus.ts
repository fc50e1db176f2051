import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { attackSlots, attackTemplates, foreignSlots, foreignTemplates } from './attack-grammar.ts';
import { benignSlots, benignTemplates } from './benign-grammar.ts';
import { generate } from './grammar.ts';

export interface Sample {
  readonly text: string;
  readonly attack: boolean;
  /** Whole sources are left out when quality is measured; `written-*` are this project's own grammars. */
  readonly source: string;
  readonly weight: number;
}

interface Row {
  readonly text: string;
  readonly label: string;
  readonly source: string;
}

const rowsOf = <T>(file: string): readonly T[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);

const sourceOf = ({ source, label }: Row): string =>
  source.startsWith('bipia-train')
    ? 'bipia'
    : source === 'deepset-train' && label === 'benign'
      ? 'deepset-benign'
      : source;

/** Half of CyberSecEval and of BIPIA are questions that are harmless by their words alone: they count less. */
const weightOf = (source: string): number =>
  ({ bipia: 0.3, 'cyberseceval-en': 0.5, jailbreakbench: 0.6 })[source] ?? 1;

/** The rows of the data folder's `injection-train.jsonl`. */
export const readInjectionRows = (folder: string): readonly Sample[] =>
  rowsOf<Row>(join(folder, 'injection-train.jsonl')).map((row) => {
    const source = sourceOf(row);
    return { text: row.text, attack: row.label !== 'benign', source, weight: weightOf(source) };
  });

export const readToxicityRows = (folder: string): readonly Sample[] =>
  rowsOf<Row>(join(folder, 'toxicity-train.jsonl')).map(({ text, label, source }) => ({
    text,
    attack: label === 'toxic',
    source,
    weight: 1,
  }));

/** Attacks and harmless texts of our own, the same on every machine. */
export const writtenSamples = (): readonly Sample[] => [
  ...generate(attackSlots, attackTemplates, 2600, 11).map((text) => ({
    text,
    attack: true,
    source: 'written-attacks',
    weight: 0.5,
  })),
  ...generate(foreignSlots, foreignTemplates, 700, 12).map((text) => ({
    text,
    attack: true,
    source: 'written-attacks',
    weight: 0.7,
  })),
  ...generate(benignSlots, benignTemplates, 5200, 13).map((text) => ({
    text,
    attack: false,
    source: 'written-benign',
    weight: 1,
  })),
];
