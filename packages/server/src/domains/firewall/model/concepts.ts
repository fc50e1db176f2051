import { charClass, type FoldTable } from '../text/fold-table.ts';
import { createIntTable, type IntTable } from '../text/int-table.ts';
import { foldText, hashSeed, hashWord, mixHash, type View, type Words } from '../text/view.ts';
import { lexicon } from './lexicon.ts';

/** Finds the concepts of words: one bit for each line of the lexicon. */
export interface Concepts {
  readonly names: readonly string[];
  readonly exact: IntTable;
  /** Stems, by the hash of their letters. */
  readonly stems: IntTable;
  /** Runs of characters of scripts without spaces. */
  readonly runs: IntTable;
}

const stemMin = 3;
const stemMax = 9;
const runMax = 4;

const add = (map: Map<number, number>, key: number, bit: number): void => {
  map.set(key, (map.get(key) ?? 0) | bit);
};

/** Reads the lexicon through the fold, so that it meets texts in the form in which they are judged. */
export const createConcepts = (table: FoldTable): Concepts => {
  const names = Object.keys(lexicon);
  const exact = new Map<number, number>();
  const stems = new Map<number, number>();
  const runs = new Map<number, number>();
  names.forEach((name, index) => {
    for (const entry of (lexicon[name] ?? '').split(' ')) {
      const isStem = entry.endsWith('*');
      const view = foldText(table, 'lexicon', isStem ? entry.slice(0, -1) : entry);
      const word = String.fromCharCode(...view.codes.subarray(0, view.length));
      if (word === '') continue;
      if (table.classes[word.charCodeAt(0)] === charClass.ideograph) {
        add(runs, hashWord(word.slice(0, runMax)), 1 << index);
      } else if (isStem) add(stems, hashWord(word.slice(0, stemMax)), 1 << index);
      else add(exact, hashWord(word), 1 << index);
    }
  });
  return { names, exact: createIntTable(exact), stems: createIntTable(stems), runs: createIntTable(runs) };
};

/** The concepts of the word at `index`; 0 for most words. */
export const conceptsOf = (
  concepts: Concepts,
  table: FoldTable,
  view: View,
  words: Words,
  index: number,
): number => {
  const start = words.starts[index] ?? 0;
  const ideograph = table.classes[view.codes[start] ?? 0] === charClass.ideograph;
  const end = ideograph ? Math.min(view.length, start + runMax) : (words.ends[index] ?? 0);
  let bits = ideograph ? 0 : concepts.exact.get(words.hashes[index] ?? 0);
  if (bits !== 0) return bits;
  const prefixes = ideograph ? concepts.runs : concepts.stems;
  const from = ideograph ? 1 : stemMin;
  let hash = hashSeed;
  for (let at = start; at < end && at - start < stemMax; at += 1) {
    hash = mixHash(hash, view.codes[at] ?? 0);
    if (at - start + 1 >= from) bits |= prefixes.get(hash);
  }
  return bits;
};
