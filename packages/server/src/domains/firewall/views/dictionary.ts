import { createIntTable, type IntTable } from '../text/int-table.ts';
import { hashSeed, hashWord, mixHash } from '../text/view.ts';

/** Known words, and how a garbled word finds the one that it was. Numbers are places in `words`, plus one. */
export interface Dictionary {
  readonly words: readonly string[];
  readonly known: IntTable;
  /** By first letter, last letter and the letters between in any order. */
  readonly scrambled: IntTable;
  /** By ROT13 and by reversal, for the frequent words only. */
  readonly rotated: IntTable;
  readonly reversed: IntTable;
}

/** Words this frequent give an encoding away. */
const frequentMax = 3000;

export const rotate = (code: number): number =>
  code >= 97 && code <= 122 ? ((code - 97 + 13) % 26) + 97 : code;

/** The same for words that differ only in the order of their inner letters. */
export const scrambleHash = (codes: ArrayLike<number>, start: number, end: number): number => {
  let sum = 0;
  let product = 1;
  for (let i = start + 1; i < end - 1; i += 1) {
    const code = codes[i] ?? 0;
    sum = (sum + Math.imul(code, code + 7)) | 0;
    product = Math.imul(product, (code << 1) | 1);
  }
  let hash = mixHash(hashSeed, codes[start] ?? 0);
  hash = mixHash(hash, codes[end - 1] ?? 0);
  return mixHash(mixHash(mixHash(hash, sum), product), end - start);
};

const codesOf = (word: string): readonly number[] => Array.from(word, (char) => char.charCodeAt(0));

export const createDictionary = (words: readonly string[]): Dictionary => {
  const known = new Map<number, number>();
  const scrambled = new Map<number, number>();
  const rotated = new Map<number, number>();
  const reversed = new Map<number, number>();
  words.forEach((word, index) => {
    known.set(hashWord(word), index + 1);
    if (word.length >= 4) {
      const key = scrambleHash(codesOf(word), 0, word.length);
      if (!scrambled.has(key)) scrambled.set(key, index + 1);
    }
  });
  words.slice(0, frequentMax).forEach((word, index) => {
    if (word.length < 2) return;
    const turned = hashWord(String.fromCharCode(...codesOf(word).map(rotate)));
    const back = hashWord([...word].reverse().join(''));
    if (!known.has(turned)) rotated.set(turned, index + 1);
    if (!known.has(back)) reversed.set(back, index + 1);
  });
  return {
    words,
    known: createIntTable(known),
    scrambled: createIntTable(scrambled),
    rotated: createIntTable(rotated),
    reversed: createIntTable(reversed),
  };
};
