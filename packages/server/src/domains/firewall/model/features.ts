import type { FoldTable } from '../text/fold-table.ts';
import { mixHash, type View, type Words } from '../text/view.ts';
import { conceptsOf, type Concepts } from './concepts.ts';

/** Features of one view, word by word: those of word `i` are `ids[offsets[i]] … ids[offsets[i + 1] - 1]`. */
export interface Features {
  readonly ids: Int32Array;
  readonly offsets: Uint32Array;
  readonly concepts: Int32Array;
}

/** Buckets of the hashed weights. */
export const bucketBits = 17;
const bucketMask = (1 << bucketBits) - 1;

const salt = {
  word: 0x1b873593,
  pair: 0x2545f491,
  gap: 0x38d3c0de,
  gram: 0x4cf5ad43,
  one: 0x52dce729,
  two: 0x6c078965,
  three: 0x7feb352d,
};
/** Concepts this many words apart still belong together. */
export const conceptReach = 7;
/** A word has at most this many character n-grams, so that features stay linear in words whatever they look like. */
const gramsMax = 16;
export const featuresPerWord = 3 + gramsMax * 2 + 24;
const boundary = 0x5f;

const bucketOf = (hash: number): number => {
  let h = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) & bucketMask;
};
const join = (a: number, b: number): number =>
  Math.imul(a ^ (b >>> 3), 0x01000193) + Math.imul(b, 0x27d4eb2f);

const lowBit = (bits: number): number => 31 - Math.clz32(bits & -bits);

/** Character 4- and 5-grams inside a word, its edges included. */
const addGrams = (ids: Int32Array, at: number, view: View, start: number, end: number): number => {
  let n = at;
  const last = Math.min(end, start + gramsMax);
  for (let from = start - 1; from + 4 <= last + 1; from += 1) {
    let hash = salt.gram;
    for (let k = 0; k < 4; k += 1) {
      const p = from + k;
      hash = mixHash(hash, p < start || p >= end ? boundary : (view.codes[p] ?? 0));
    }
    ids[n] = bucketOf(hash);
    n += 1;
    if (from + 5 <= last + 1) {
      ids[n] = bucketOf(mixHash(hash, from + 4 >= end ? boundary : (view.codes[from + 4] ?? 0)));
      n += 1;
    }
  }
  return n;
};

/** Concepts of a word with those of the words before it, in order: pairs and triples. */
const addConcepts = (ids: Int32Array, at: number, concepts: Int32Array, index: number): number => {
  let n = at;
  let third = concepts[index] ?? 0;
  let budget = 24;
  while (third !== 0 && budget > 0) {
    const c = lowBit(third);
    third &= third - 1;
    ids[n++] = bucketOf(join(salt.one, c + 1));
    budget -= 1;
    let nearest = 0;
    for (let back = 1; back <= conceptReach && back <= index && budget > 1; back += 1) {
      const second = concepts[index - back] ?? 0;
      if (second === 0) continue;
      const b = lowBit(second);
      ids[n++] = bucketOf(join(join(salt.two, b + 1), c + 1));
      budget -= 1;
      if (nearest !== 0) {
        ids[n++] = bucketOf(join(join(join(salt.three, b + 1), nearest), c + 1));
        budget -= 1;
      }
      nearest = b + 1;
    }
  }
  return n;
};

/** Writes the features of word `index` to `ids` from `at` on; the concepts of the words up to it stand in `concepts`. */
export const addWord = (
  ids: Int32Array,
  at: number,
  view: View,
  words: Words,
  concepts: Int32Array,
  index: number,
): number => {
  let n = at;
  const { hashes } = words;
  const hash = hashes[index] ?? 0;
  ids[n++] = bucketOf(hash ^ salt.word);
  if (index > 0) ids[n++] = bucketOf(join((hashes[index - 1] ?? 0) ^ salt.pair, hash));
  if (index > 1) ids[n++] = bucketOf(join((hashes[index - 2] ?? 0) ^ salt.gap, hash));
  n = addGrams(ids, n, view, words.starts[index] ?? 0, words.ends[index] ?? 0);
  return addConcepts(ids, n, concepts, index);
};

/** Extracts what the linear models learn from: one pass, time and memory linear in the words. */
export const extractFeatures = (table: FoldTable, lexicon: Concepts, view: View, words: Words): Features => {
  const ids = new Int32Array(words.count * 27 + featuresPerWord + view.length * 2);
  const offsets = new Uint32Array(words.count + 1);
  const concepts = new Int32Array(words.count);
  let n = 0;
  for (let i = 0; i < words.count; i += 1) {
    offsets[i] = n;
    concepts[i] = conceptsOf(lexicon, table, view, words, i);
    n = addWord(ids, n, view, words, concepts, i);
  }
  offsets[words.count] = n;
  return { ids, offsets, concepts };
};
