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

/** The whole text backwards, and each word backwards in its place. */
export const reverseView = (view: View, words: Words): readonly View[] => {
  const size = view.length;
  const whole = {
    name: 'reversed',
    codes: new Uint16Array(size),
    origin: new Uint32Array(size + 1),
    length: size,
  };
  for (let i = 0; i < size; i += 1) {
    whole.codes[i] = view.codes[size - 1 - i] ?? 0;
    whole.origin[i] = view.origin[size - 1 - i] ?? 0;
  }
  whole.origin[size] = view.origin[size] ?? 0;
  const codes = view.codes.slice(0, size);
  for (let w = 0; w < words.count; w += 1) codes.subarray(words.starts[w], words.ends[w]).reverse();
  return [whole, { ...view, name: 'reversed-words', codes }];
};
