import { createConcepts, type Concepts } from './model/concepts.ts';
import type { Models } from './model/load-models.ts';
import { probabilityOf, scoreSums } from './model/score.ts';
import { sumWords, type Sums } from './model/sums.ts';
import { createFoldTable, type FoldTable } from './text/fold-table.ts';
import type { Survey } from './text/survey.ts';
import { foldText, splitWords, type View, type Words } from './text/view.ts';
import { createDictionary, type Dictionary } from './views/dictionary.ts';
import { readings } from './views/readings.ts';

/** What stage 1 works with: tables and weights, built once in a process. */
export interface Engine {
  readonly table: FoldTable;
  readonly concepts: Concepts;
  readonly dictionary: Dictionary;
  readonly models: Models;
}

export const createEngine = (models: Models): Engine => {
  const table = createFoldTable();
  return {
    table,
    concepts: createConcepts(table),
    dictionary: createDictionary(models.vocabulary),
    models,
  };
};

/** How one reading of a text scored, and which stretch of the original it was. */
export interface Scoring {
  readonly view: string;
  readonly injection: number;
  readonly toxicity: number;
  readonly start: number;
  readonly end: number;
}

/** The place in the original; readings may run backwards. */
const spanOf = (view: View, from: number, to: number): { readonly start: number; readonly end: number } => {
  const first = view.origin[from] ?? 0;
  const last = view.origin[Math.max(from, to - 1)] ?? 0;
  return { start: Math.min(first, last), end: Math.max(first, last) + 1 };
};

const scoreView = (engine: Engine, view: View, sums: Sums): Scoring => {
  const { injection, toxicity } = engine.models;
  const { words } = sums;
  const scored = scoreSums(injection, words, sums.offsets, sums.injection);
  const toxic = scoreSums(toxicity, words, sums.offsets, sums.toxicity);
  return {
    view: view.name,
    injection: probabilityOf(injection, scored.raw),
    toxicity: probabilityOf(toxicity, toxic.raw),
    ...spanOf(view, words.starts[scored.best.from] ?? 0, words.ends[scored.best.to - 1] ?? view.length),
  };
};

/** The readings of a text with what their words weigh. The first is the plain one, which most others are nearly like. */
const weigh = (
  engine: Engine,
  read: readonly (readonly [View, Words])[],
): readonly (readonly [View, Sums])[] => {
  let plain: Sums | undefined;
  return read.map(([view, words]) => {
    const sums = sumWords(engine, view, words, plain);
    plain ??= sums;
    return [view, sums] as const;
  });
};

/** Every reading of a text that has words. */
const readWords = (engine: Engine, text: string, survey?: Survey): readonly (readonly [View, Words])[] => {
  const plain = foldText(engine.table, 'plain', text);
  const words = splitWords(engine.table, plain);
  const others = readings(engine, text, plain, words, survey).map(
    (view) => [view, splitWords(engine.table, view)] as const,
  );
  return [[plain, words] as const, ...others].filter(([, { count }]) => count > 0);
};

/** Scores every reading of a text. Time and memory are linear in its length. */
export const scoreText = (engine: Engine, text: string, survey?: Survey): readonly Scoring[] =>
  weigh(engine, readWords(engine, text, survey)).map(([view, sums]) => scoreView(engine, view, sums));

/** How abusive the worst reading of a text is, from 0 to 1: all that is asked of an answer. */
export const toxicityOf = (engine: Engine, text: string, survey?: Survey): number => {
  const { toxicity } = engine.models;
  let worst = 0;
  for (const [, sums] of weigh(engine, readWords(engine, text, survey))) {
    const { raw } = scoreSums(toxicity, sums.words, sums.offsets, sums.toxicity);
    worst = Math.max(worst, probabilityOf(toxicity, raw));
  }
  return worst;
};
