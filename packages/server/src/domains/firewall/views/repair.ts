import { charClass, type FoldTable } from '../text/fold-table.ts';
import { hashSeed, mixHash, type View } from '../text/view.ts';
import { scrambleHash, type Dictionary } from './dictionary.ts';
import { segment } from './segment.ts';

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
const leetOf = new Uint16Array(0x10000);
for (const [sign, letter] of Object.entries(leet)) leetOf[sign.charCodeAt(0)] = letter.charCodeAt(0);

const maxWord = 40;
const shortest = 4;
/** This many single letters in a row are a word that was pulled apart. */
const spacedMin = 3;
const space = 32;

interface Output {
  readonly codes: Uint16Array;
  readonly origin: Uint32Array;
  length: number;
  repaired: number;
  apart: number;
}

/** A text put right, and how many of its letters stood alone. */
export interface Repaired extends View {
  readonly apart: number;
}

const put = (out: Output, code: number, at: number): void => {
  if (out.length >= out.codes.length) return;
  out.codes[out.length] = code;
  out.origin[out.length] = at;
  out.length += 1;
};

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

const isWordly = (table: FoldTable, code: number): boolean => {
  const kind = table.classes[code] ?? 0;
  return kind === charClass.letter || kind === charClass.digit || leetOf[code] !== 0;
};

/** Signs that stand for letters inside a word, and at its end for themselves. */
const endSigns = new Set(Array.from('!|+(&', (sign) => sign.charCodeAt(0)));

/** A sign that stands between each two characters from `start` parts them, though it may mean a letter elsewhere. */
const partingSign = (table: FoldTable, { codes, length }: View, start: number): number => {
  const sign = codes[start + 1] ?? 0;
  const parts = leetOf[sign] !== 0 && (table.classes[sign] ?? 0) === charClass.other;
  return parts && start + 3 < length && codes[start + 3] === sign && codes[start] !== sign ? sign : 0;
};

/** Whether a single character stands here: most words are told by their second letter. */
const mayBeSpaced = (table: FoldTable, view: View, at: number): boolean =>
  at + 1 >= view.length || !isWordly(table, view.codes[at + 1] ?? 0) || partingSign(table, view, at) !== 0;

/** Characters pulled apart, each with its place in the text and what stands before it. */
interface Spaced {
  readonly end: number;
  readonly codes: readonly number[];
  readonly places: readonly number[];
  readonly gaps: readonly string[];
}

/** The run of single characters from `start` that are parted by one to four signs each. */
const spacedAt = (table: FoldTable, view: View, start: number): Spaced => {
  const sign = partingSign(table, view, start);
  const isPart = (code: number): boolean => code !== sign && isWordly(table, code);
  const [codes, places, gaps]: [number[], number[], string[]] = [[], [], []];
  let at = start;
  let end = start;
  let gap = '';
  while (at < view.length && isPart(view.codes[at] ?? 0)) {
    if (at + 1 < view.length && isPart(view.codes[at + 1] ?? 0)) break;
    codes.push(view.codes[at] ?? 0);
    places.push(view.origin[at] ?? 0);
    gaps.push(gap);
    at += 1;
    end = at;
    gap = '';
    while (at < view.length && gap.length < 4 && !isPart(view.codes[at] ?? 0) && view.codes[at] !== 10) {
      gap += String.fromCharCode(view.codes[at] ?? 0);
      at += 1;
    }
  }
  return { end, codes, places, gaps };
};

/** What stands most often between the characters. */
const joinerOf = (gaps: readonly string[]): string => {
  const counts = new Map<string, number>();
  for (const gap of gaps.slice(1)) counts.set(gap, (counts.get(gap) ?? 0) + 1);
  let joiner = '';
  for (const [gap, count] of counts) if (count > (counts.get(joiner) ?? 0)) joiner = gap;
  return joiner;
};

/**
 * Where words begin: where something else stands between two characters than between most. Signs repeated (an
 * apostrophe was dropped between them) do not part; blanks do, since more of them are the usual mark.
 */
const cutsOf = (dictionary: Dictionary, { codes, gaps }: Spaced, joiner: string): ReadonlySet<number> => {
  const joins = (gap: string): boolean =>
    gap === joiner || (joiner.trim() !== '' && gap === joiner.repeat(gap.length / joiner.length));
  const cuts = gaps.flatMap((gap, n) => (n > 0 && !joins(gap) ? [n] : []));
  return cuts.length > 0 ? new Set(cuts) : segment(dictionary, codes.map(letterOf));
};

const letterOf = (code: number): number => {
  const letter = leetOf[code] ?? 0;
  return letter === 0 ? code : letter;
};

/** Signs between two words that say where a sentence ends; what joined the letters is no part of them. */
const putSigns = (out: Output, gap: string, joiner: string, at: number): void => {
  for (const char of joiner.trim() === '' ? gap : gap.replaceAll(joiner, ''))
    if (char.trim() !== '') put(out, char.charCodeAt(0), at);
};

const isDigit = (code: number): boolean => code >= 48 && code <= 57;

/** Joins pulled-apart letters: what else stands between some of them parts words; where nothing does, the dictionary. */
const joinSpaced = (dictionary: Dictionary, view: View, out: Output, spaced: Spaced): void => {
  const { codes, places, gaps, end } = spaced;
  const joiner = joinerOf(gaps);
  const starts = [0, ...cutsOf(dictionary, spaced, joiner)].toSorted((a, b) => a - b);
  for (const [word, start] of starts.entries()) {
    const stop = starts[word + 1] ?? codes.length;
    if (start > 0) {
      if (gaps[start] !== joiner) putSigns(out, gaps[start] ?? '', joiner, places[start] ?? 0);
      put(out, space, places[start] ?? 0);
    }
    // A number is one, whatever letters its digits pass for elsewhere.
    const number = codes.slice(start, stop).every(isDigit);
    for (let n = start; n < stop; n += 1) {
      const code = codes[n] ?? 0;
      const stays = number || (n + 1 === stop && endSigns.has(code));
      put(out, stays ? code : letterOf(code), places[n] ?? 0);
    }
  }
  put(out, space, view.origin[end] ?? 0);
  out.repaired += codes.length;
  out.apart += codes.length;
};

const isLetter = (code: number): boolean => (leetOf[code] ?? 0) === 0;

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
  const core = [...codes.subarray(from, to)];
  const inner = unleet(dictionary, codes, from, to) ?? core;
  const known = dictionary.known.get(hashOf(inner, 0, inner.length)) !== 0;
  const word = known ? inner : unscramble(dictionary, codes, from, to);
  if (word === undefined) return undefined;
  const letters = typeof word === 'string' ? Array.from(word, (char) => char.charCodeAt(0)) : word;
  return [...codes.subarray(start, from), ...letters, ...codes.subarray(to, end)];
};

/** What a word was that is not known as it stands; undefined where it stays. */
const readingOf = (
  dictionary: Dictionary,
  codes: Uint16Array,
  start: number,
  end: number,
): readonly number[] | string | undefined => {
  let letters = 0;
  for (let i = start; i < end; i += 1) if (isLetter(codes[i] ?? 0)) letters += 1;
  const read = unleet(dictionary, codes, start, end);
  if (read === undefined) return unscramble(dictionary, codes, start, end);
  if (dictionary.known.get(hashOf(read, 0, read.length)) !== 0) return read;
  // Digits and no letter are a number, where what they pass for is no word.
  return letters === 0 ? undefined : (unedged(dictionary, codes, start, end) ?? read);
};

/** Copies a word as it is or as what it was. */
const repairWord = (dictionary: Dictionary, view: View, out: Output, start: number, end: number): void => {
  const { codes, origin } = view;
  const known = dictionary.known.get(hashOf(codes, start, end)) !== 0;
  const read = known ? undefined : readingOf(dictionary, codes, start, end);
  if (read === undefined) {
    for (let i = start; i < end; i += 1) put(out, codes[i] ?? 0, origin[i] ?? 0);
    return;
  }
  out.repaired += 1;
  for (let k = 0; k < read.length; k += 1) {
    const code = typeof read === 'string' ? read.charCodeAt(k) : (read[k] ?? 0);
    put(out, code, origin[Math.min(start + k, end - 1)] ?? 0);
  }
};

/** A run of letters, digits and letter-like signs; signs at its end are punctuation. */
const wordEnd = (table: FoldTable, view: View, start: number): number => {
  let end = start;
  while (end < view.length && end - start < maxWord && isWordly(table, view.codes[end] ?? 0)) end += 1;
  while (end > start + 1 && endSigns.has(view.codes[end - 1] ?? 0)) end -= 1;
  return end;
};

/**
 * The text with its garbled words put right: leetspeak, inner letters in another order, letters pulled apart. Undefined
 * where nothing was to be put right.
 */
export const repairView = (table: FoldTable, dictionary: Dictionary, view: View): Repaired | undefined => {
  const size = view.length + (view.length >> 1) + 8;
  const out: Output = {
    codes: new Uint16Array(size),
    origin: new Uint32Array(size + 1),
    length: 0,
    repaired: 0,
    apart: 0,
  };
  let at = 0;
  while (at < view.length) {
    const code = view.codes[at] ?? 0;
    if (!isWordly(table, code)) {
      put(out, code, view.origin[at] ?? 0);
      at += 1;
      continue;
    }
    if (mayBeSpaced(table, view, at)) {
      const spaced = spacedAt(table, view, at);
      if (spaced.codes.length >= spacedMin) {
        joinSpaced(dictionary, view, out, spaced);
        at = spaced.end;
        continue;
      }
    }
    const end = wordEnd(table, view, at);
    repairWord(dictionary, view, out, at, end);
    at = end;
  }
  out.origin[out.length] = view.origin[view.length] ?? 0;
  return out.repaired === 0
    ? undefined
    : { name: 'repaired', codes: out.codes, origin: out.origin, length: out.length, apart: out.apart };
};
