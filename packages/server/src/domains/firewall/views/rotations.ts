import type { View, Words } from '../text/view.ts';
import { rotate, type Dictionary } from './dictionary.ts';

const leastHits = 2;
const hitShare = 0.25;

/** Whether unknown words turn out to be frequent ones when they are rotated by 13, or read backwards. */
export const suspectOrder = (
  dictionary: Dictionary,
  words: Words,
): { readonly rotated: boolean; readonly reversed: boolean } => {
  let unknown = 0;
  let rotated = 0;
  let reversed = 0;
  for (let i = 0; i < words.count; i += 1) {
    const hash = words.hashes[i] ?? 0;
    if (dictionary.known.get(hash) !== 0) continue;
    unknown += 1;
    // Two-letter words are too easily hit.
    if ((words.ends[i] ?? 0) - (words.starts[i] ?? 0) < 3) continue;
    if (dictionary.rotated.get(hash) !== 0) rotated += 1;
    if (dictionary.reversed.get(hash) !== 0) reversed += 1;
  }
  const suspect = (hits: number): boolean => hits >= leastHits && hits >= unknown * hitShare;
  return { rotated: suspect(rotated), reversed: suspect(reversed) };
};

export const rotateView = (view: View): View => ({
  ...view,
  name: 'rot13',
  codes: Uint16Array.from(view.codes.subarray(0, view.length), rotate),
});

/** Signs at the end of a word, wherever a sentence is read from. */
const closing = new Set(Array.from('.,!?;:', (sign) => sign.charCodeAt(0)));

/** Whether what closes a sentence stands before words more often than behind: then it was turned with its word. */
const signsAreTurned = ({ codes, length }: View, { count, starts, ends }: Words): boolean => {
  let lead = 0;
  for (let w = 0; w < count; w += 1) {
    const [start, end] = [starts[w] ?? 0, ends[w] ?? 0];
    if (start > 0 && closing.has(codes[start - 1] ?? 0)) lead += 1;
    if (end < length && closing.has(codes[end] ?? 0)) lead -= 1;
  }
  return lead > 0;
};

/** Turns each run of characters without a blank. */
const turnRuns = (codes: Uint16Array): void => {
  let start = 0;
  for (let i = 0; i <= codes.length; i += 1) {
    if (i < codes.length && codes[i] !== 32 && codes[i] !== 10) continue;
    codes.subarray(start, i).reverse();
    start = i + 1;
  }
};

/** The whole text backwards, and each word backwards in its place, with its signs where they were turned too. */
export const reverseView = (view: View, words: Words): readonly View[] => {
  const size = view.length;
  const whole = {
    name: 'reversed',
    codes: view.codes.slice(0, size).reverse(),
    origin: new Uint32Array(size + 1),
    length: size,
  };
  for (let i = 0; i < size; i += 1) whole.origin[i] = view.origin[size - 1 - i] ?? 0;
  whole.origin[size] = view.origin[size] ?? 0;
  const codes = view.codes.slice(0, size);
  if (signsAreTurned(view, words)) turnRuns(codes);
  else for (let w = 0; w < words.count; w += 1) codes.subarray(words.starts[w], words.ends[w]).reverse();
  return [whole, { ...view, name: 'reversed-words', codes }];
};
