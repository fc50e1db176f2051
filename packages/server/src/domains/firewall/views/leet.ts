import { hashSeed, mixHash } from '../text/view.ts';
import { scrambleHash, type Dictionary } from './dictionary.ts';

/** Signs that stand for a letter inside a word; `1` and `|` are tried as i and as l. */
const leet: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '2': 'z',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '6': 'g',
  '7': 't',
  '8': 'b',
  '9': 'g',
  '@': 'a',
  $: 's',
  '!': 'i',
  '|': 'i',
  '+': 't',
  '(': 'c',
  '€': 'e',
  '£': 'l',
  '&': 'e',
};
export const leetOf = new Uint16Array(0x10000);
for (const [sign, letter] of Object.entries(leet)) leetOf[sign.charCodeAt(0)] = letter.charCodeAt(0);

const shortest = 4;

const hashOf = (codes: ArrayLike<number>, start: number, end: number): number => {
  let hash = hashSeed;
  for (let i = start; i < end; i += 1) hash = mixHash(hash, codes[i] ?? 0);
  return hash;
};

const wordOf = (dictionary: Dictionary, place: number): string => dictionary.words[place - 1] ?? '';

/** The word that a garbled one was, or undefined. */
const unscramble = (
  dictionary: Dictionary,
  codes: ArrayLike<number>,
  start: number,
  end: number,
): string | undefined => {
  if (end - start < shortest) return undefined;
  const place = dictionary.scrambled.get(scrambleHash(codes, start, end));
  const word = wordOf(dictionary, place);
  return place !== 0 && word.length === end - start ? word : undefined;
};

/** So many signs of a word are read both ways, each by itself; of more of them all go the same way. */
const ambiguousMax = 4;
const letterL = 108;

/** The readings of a word with some of its `1`, `|` and `!` as l instead of i. */
const ambiguousReadings = (
  codes: Uint16Array,
  start: number,
  read: readonly number[],
): readonly (readonly number[])[] => {
  const at = read.flatMap((_, n) => ('1|!'.includes(String.fromCharCode(codes[start + n] ?? 0)) ? [n] : []));
  const all = 2 ** Math.min(at.length, ambiguousMax) - 1;
  const picks = at.length > ambiguousMax ? [all] : Array.from({ length: all }, (_, n) => all - n);
  return picks.map((picked) =>
    read.map((code, n) => {
      const place = at.indexOf(n);
      return place !== -1 && (picked === all || (picked & (1 << place)) !== 0) ? letterL : code;
    }),
  );
};

/** Reads digits and signs as letters. Undefined where there are none, or too few letters to speak of a word. */
const unleet = (
  dictionary: Dictionary,
  codes: Uint16Array,
  start: number,
  end: number,
): readonly number[] | undefined => {
  const read: number[] = [];
  let signs = 0;
  for (let i = start; i < end; i += 1) {
    const letter = leetOf[codes[i] ?? 0] ?? 0;
    if (letter !== 0) signs += 1;
    read.push(letter === 0 ? (codes[i] ?? 0) : letter);
  }
  if (signs === 0) return undefined;
  if (dictionary.known.get(hashOf(read, 0, read.length)) !== 0) return read;
  const known = ambiguousReadings(codes, start, read).find(
    (reading) => dictionary.known.get(hashOf(reading, 0, reading.length)) !== 0,
  );
  if (known !== undefined) return known;
  const scrambled = unscramble(dictionary, read, 0, read.length);
  return scrambled === undefined ? read : Array.from(scrambled, (char) => char.charCodeAt(0));
};

/** Signs that stand for letters inside a word, and at its end for themselves. */
export const endSigns = new Set(Array.from('!|+(&', (sign) => sign.charCodeAt(0)));

export const letterOf = (code: number): number => {
  const letter = leetOf[code] ?? 0;
  return letter === 0 ? code : letter;
};

const isLetter = (code: number): boolean => (leetOf[code] ?? 0) === 0;
const isKnown = (dictionary: Dictionary, codes: ArrayLike<number>, start: number, end: number): boolean =>
  dictionary.known.get(hashOf(codes, start, end)) !== 0;

/** Signs and digits at a word's edges may be just that: brackets, a sum of money. They stay where the rest is a word. */
const unedged = (
  dictionary: Dictionary,
  codes: Uint16Array,
  start: number,
  end: number,
): readonly number[] | undefined => {
  let [from, to] = [start, end];
  while (from < to && !isLetter(codes[from] ?? 0)) from += 1;
  while (to > from && !isLetter(codes[to - 1] ?? 0)) to -= 1;
  if (to - from === end - start || to - from < shortest) return undefined;
  const inner = unleet(dictionary, codes, from, to) ?? [...codes.subarray(from, to)];
  const known = isKnown(dictionary, inner, 0, inner.length);
  const word = known ? inner : unscramble(dictionary, codes, from, to);
  if (word === undefined) return undefined;
  const letters = typeof word === 'string' ? Array.from(word, (char) => char.charCodeAt(0)) : word;
  return [...codes.subarray(start, from), ...letters, ...codes.subarray(to, end)];
};

/** How many times signs stand between two letters of a word. */
const signsInside = (codes: Uint16Array, start: number, end: number): number => {
  let count = 0;
  let letter = false;
  let after = false;
  for (let i = start; i < end; i += 1) {
    const is = isLetter(codes[i] ?? 0);
    if (is && after) count += 1;
    after = !is && (letter || after);
    letter = is;
  }
  return count;
};

/** What a word was, and how sure that is. */
export interface Reading {
  readonly codes: ArrayLike<number> | string;
  /** Numbers, two characters, and what is no known word: read where others of the text are written in signs too. */
  readonly weak: boolean;
  /** Whether it shows that the text is written in signs. */
  readonly signs: boolean;
}

/** What a word was that is not known as it stands; undefined where it stays. */
export const readingOf = (
  dictionary: Dictionary,
  codes: Uint16Array,
  start: number,
  end: number,
): Reading | undefined => {
  if (isKnown(dictionary, codes, start, end)) return undefined;
  const read = unleet(dictionary, codes, start, end);
  if (read === undefined) {
    const word = unscramble(dictionary, codes, start, end);
    return word === undefined ? undefined : { codes: word, weak: false, signs: false };
  }
  let letters = 0;
  for (let i = start; i < end; i += 1) if (isLetter(codes[i] ?? 0)) letters += 1;
  const size = end - start;
  if (isKnown(dictionary, read, 0, read.length)) {
    const weak = letters === 0 || size < 3;
    return { codes: read, weak, signs: !weak };
  }
  // Digits and no letter are a number, where what they pass for is no word.
  if (letters === 0) return undefined;
  const inner = unedged(dictionary, codes, start, end);
  if (inner !== undefined) {
    const same = inner.every((code, n) => code === codes[start + n]);
    return same ? undefined : { codes: inner, weak: false, signs: false };
  }
  return { codes: read, weak: true, signs: signsInside(codes, start, end) >= 2 };
};

/** The reading of a word with the signs at its end, `[end, run)`, as letters; where that is a word and it is none without. */
export const wholeReading = (
  dictionary: Dictionary,
  codes: Uint16Array,
  start: number,
  end: number,
  run: number,
): Reading | undefined => {
  if (isKnown(dictionary, codes, start, end)) return undefined;
  const read = unleet(dictionary, codes, start, run);
  return read !== undefined && isKnown(dictionary, read, 0, read.length)
    ? { codes: read, weak: true, signs: false }
    : undefined;
};
