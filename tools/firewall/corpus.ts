import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { attackSlots, attackTemplates, foreignSlots, foreignTemplates } from './attack-grammar.ts';
import { benignSlots, benignTemplates } from './benign-grammar.ts';
import { createRandom, generate } from './grammar.ts';
import { hiddenSlots, hiddenTemplates } from './hidden-grammar.ts';
import { plainSlots, plainTemplates } from './plain-grammar.ts';

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

const rowsOf = (file: string): readonly Row[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row);

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
const readInjectionRows = (folder: string): readonly Sample[] =>
  rowsOf(join(folder, 'injection-train.jsonl')).map((row) => {
    const source = sourceOf(row);
    return { text: row.text, attack: row.label !== 'benign', source, weight: weightOf(source) };
  });

export const readToxicityRows = (folder: string): readonly Sample[] =>
  rowsOf(join(folder, 'toxicity-train.jsonl')).map(({ text, label, source }) => ({
    text,
    attack: label === 'toxic',
    source,
    weight: 1,
  }));

/** Documents and code of this project, as they once were: what ordinary long texts are like. Form feeds part them. */
const documents = (): readonly Sample[] =>
  readFileSync(join(import.meta.dirname, 'documents.txt'), 'utf8')
    .split('\f')
    .map((text) => ({ text, attack: false, source: 'written-documents', weight: 1.5 }));

/** Attacks and harmless texts of our own, the same on every machine. */
const writtenSamples = (): readonly Sample[] => [
  ...documents(),
  ...generate(attackSlots, attackTemplates, 4200, 11).map((text) => ({
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
  ...generate(benignSlots, benignTemplates, 8000, 13).map((text) => ({
    text,
    attack: false,
    source: 'written-benign',
    weight: 1,
  })),
  ...generate(hiddenSlots, hiddenTemplates, 1500, 14).map((text) => ({
    text,
    attack: true,
    source: 'written-hidden',
    weight: 0.5,
  })),
  ...generate(plainSlots, plainTemplates, 4000, 15).map((text) => ({
    text,
    attack: false,
    source: 'written-plain',
    weight: 1.5,
  })),
];

/** Harmless texts one after the other, so that length by itself says nothing; each stays with its source. */
const joinedSamples = (samples: readonly Sample[], seed: number): readonly Sample[] => {
  const random = createRandom(seed);
  const bySource = Map.groupBy(
    samples.filter(({ attack }) => !attack),
    ({ source }) => source,
  );
  return [...bySource].flatMap(([source, rows]) =>
    Array.from({ length: Math.min(220, Math.ceil(rows.length / 8)) }, (): Sample => {
      const count = 4 + Math.floor(random() * 12);
      const picked = Array.from(
        { length: count },
        () => rows[Math.floor(random() * rows.length)]?.text ?? '',
      );
      return {
        text: picked.join(random() < 0.5 ? ' ' : '\n'),
        attack: false,
        source: `${source}+`,
        weight: 1,
      };
    }),
  );
};

/** Everything that the injection model learns from: the data folder's rows, our own texts, and harmless ones joined. */
export const trainingSamples = (folder: string): readonly Sample[] => {
  const single = [...readInjectionRows(folder), ...writtenSamples()];
  return [...single, ...joinedSamples(single, 21)];
};
