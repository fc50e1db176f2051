import { createConcepts, type Concepts } from './model/concepts.ts';
import { extractFeatures } from './model/features.ts';
import type { Models } from './model/load-models.ts';
import { probabilityOf, scoreStretches } from './model/score.ts';
import { createFoldTable, type FoldTable } from './text/fold-table.ts';
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
    dictionary: createDictionary(table, models.vocabulary),
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

const scoreView = (engine: Engine, view: View, words: Words): Scoring => {
  const features = extractFeatures(engine.table, engine.concepts, view, words);
  const { injection, toxicity } = engine.models;
  const scored = scoreStretches(injection, words, features);
  const toxic = scoreStretches(toxicity, words, features);
  return {
    view: view.name,
    injection: probabilityOf(injection, scored.raw),
    toxicity: probabilityOf(toxicity, toxic.raw),
    ...spanOf(view, words.starts[scored.best.from] ?? 0, words.ends[scored.best.to - 1] ?? view.length),
  };
};

/** Scores every reading of a text. Time and memory are linear in its length. */
export const scoreText = (engine: Engine, text: string): readonly Scoring[] => {
  const plain = foldText(engine.table, 'plain', text);
  const words = splitWords(engine.table, plain);
  const found: Scoring[] = [];
  if (words.count > 0) found.push(scoreView(engine, plain, words));
  for (const view of readings(engine, text, plain, words)) {
    const own = splitWords(engine.table, view);
    if (own.count > 0) found.push(scoreView(engine, view, own));
  }
  return found;
};
