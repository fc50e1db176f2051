import { charClass, type FoldTable } from '../text/fold-table.ts';
import type { View, Words } from '../text/view.ts';
import { conceptsOf, type Concepts } from './concepts.ts';
import { addWord, conceptReach, featuresPerWord } from './features.ts';
import type { Models } from './load-models.ts';

/** What the words of a view weigh for each model, from its first word on: entry `i` is the sum before word `i`. */
export interface Sums {
  readonly words: Words;
  readonly concepts: Int32Array;
  /** How many features stand before each word. */
  readonly offsets: Uint32Array;
  readonly injection: Float64Array;
  readonly toxicity: Float64Array;
}

interface Deps {
  readonly table: FoldTable;
  readonly concepts: Concepts;
  readonly models: Models;
}

/**
 * Weighs each word with its neighbours before it. A reading that differs from `base` in a few words only takes from it
 * what the others weigh: a word's features reach no further back than `conceptReach` words.
 */
export const sumWords = (deps: Deps, view: View, words: Words, base?: Sums): Sums => {
  const { table, models } = deps;
  const [ofInjection, ofToxicity] = [models.injection.weights, models.toxicity.weights];
  const { count } = words;
  const like = base?.words.count === count ? base : undefined;
  const concepts = new Int32Array(count);
  const offsets = new Uint32Array(count + 1);
  const injection = new Float64Array(count + 1);
  const toxicity = new Float64Array(count + 1);
  const ids = new Int32Array(featuresPerWord);
  let same = conceptReach;
  for (let i = 0; i < count; i += 1) {
    // A word of a script without spaces is told by the characters after it too.
    const alike =
      like !== undefined &&
      like.words.hashes[i] === words.hashes[i] &&
      table.classes[view.codes[words.starts[i] ?? 0] ?? 0] !== charClass.ideograph;
    same = alike ? same + 1 : 0;
    concepts[i] = alike ? (like.concepts[i] ?? 0) : conceptsOf(deps.concepts, table, view, words, i);
    if (alike && same > conceptReach) {
      offsets[i + 1] = (offsets[i] ?? 0) + (like.offsets[i + 1] ?? 0) - (like.offsets[i] ?? 0);
      injection[i + 1] = (injection[i] ?? 0) + (like.injection[i + 1] ?? 0) - (like.injection[i] ?? 0);
      toxicity[i + 1] = (toxicity[i] ?? 0) + (like.toxicity[i + 1] ?? 0) - (like.toxicity[i] ?? 0);
      continue;
    }
    const n = addWord(ids, 0, view, words, concepts, i);
    let [attack, abuse] = [0, 0];
    for (let k = 0; k < n; k += 1) {
      const id = ids[k] ?? 0;
      attack += ofInjection[id] ?? 0;
      abuse += ofToxicity[id] ?? 0;
    }
    offsets[i + 1] = (offsets[i] ?? 0) + n;
    injection[i + 1] = (injection[i] ?? 0) + attack;
    toxicity[i + 1] = (toxicity[i] ?? 0) + abuse;
  }
  return { words, concepts, offsets, injection, toxicity };
};
