import { charClass, type FoldTable } from '../text/fold-table.ts';
import { hashSeed, mixHash, type View, type Words } from '../text/view.ts';
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
  const withL = read.map((code, n) =>
    '1|!'.includes(String.fromCharCode(codes[start + n] ?? 0)) ? 108 : code,
  );
  if (dictionary.known.get(hashOf(withL, 0, withL.length)) !== 0) return withL;
  // "1l" both ways in one word: each sign by itself.
  for (let n = 0; n < read.length; n += 1) {
    const mixed = read.map((code, k) => (k === n ? (withL[k] ?? 0) : code));
    if (dictionary.known.get(hashOf(mixed, 0, mixed.length)) !== 0) return mixed;
  }
  const scrambled = unscramble(dictionary, read, 0, read.length);
  return scrambled === undefined ? read : Array.from(scrambled, (char) => char.charCodeAt(0));
};

const isWordly = (table: FoldTable, code: number): boolean => {
  const kind = table.classes[code] ?? 0;
  return kind === charClass.letter || kind === charClass.digit || leetOf[code] !== 0;
};

/** The end of a run of single characters parted by one to three signs each, from `start`; `start` itself if there is none. */
const spacedEnd = (
  table: FoldTable,
  view: View,
  start: number,
): { readonly end: number; readonly letters: number } => {
  let at = start;
  let letters = 0;
  let end = start;
  while (at < view.length && isWordly(table, view.codes[at] ?? 0)) {
    const next = at + 1;
    if (next < view.length && isWordly(table, view.codes[next] ?? 0)) break;
    letters += 1;
    end = next;
    at = next;
    let gap = 0;
    while (at < view.length && gap < 4 && !isWordly(table, view.codes[at] ?? 0) && view.codes[at] !== 10) {
      at += 1;
      gap += 1;
    }
  }
  return { end, letters };
};

/** Joins pulled-apart letters: a gap wider than the usual one parts words; without such gaps the dictionary does. */
const joinSpaced = (
  dictionary: Dictionary,
  table: FoldTable,
  view: View,
  out: Output,
  start: number,
  end: number,
): void => {
  const letters: number[] = [];
  const places: number[] = [];
  const gaps: number[] = [];
  let gap = 0;
  for (let i = start; i < end; i += 1) {
    const code = view.codes[i] ?? 0;
    if (isWordly(table, code)) {
      const letter = leetOf[code] ?? 0;
      letters.push(letter === 0 ? code : letter);
      places.push(view.origin[i] ?? 0);
      gaps.push(gap);
      gap = 0;
    } else gap += 1;
  }
  const usual = Math.min(...gaps.slice(1, 400));
  const parted = gaps.some((width, n) => n > 0 && width > usual);
  const cuts = parted
    ? new Set(gaps.flatMap((width, n) => (n > 0 && width > usual ? [n] : [])))
    : segment(dictionary, letters);
  letters.forEach((code, n) => {
    if (cuts.has(n)) put(out, space, places[n] ?? 0);
    put(out, code, places[n] ?? 0);
  });
  put(out, space, view.origin[end] ?? 0);
  out.repaired += letters.length;
};

/** Copies a word as it is or as what it was. */
const repairWord = (dictionary: Dictionary, view: View, out: Output, start: number, end: number): void => {
  const { codes, origin } = view;
  const known = dictionary.known.get(hashOf(codes, start, end)) !== 0;
  const read = known
    ? undefined
    : (unleet(dictionary, codes, start, end) ?? unscramble(dictionary, codes, start, end));
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
  while (end > start + 1 && '!|+(&'.includes(String.fromCharCode(view.codes[end - 1] ?? 0))) end -= 1;
  return end;
};

/**
 * The text with its garbled words put right: leetspeak, inner letters in another order, letters pulled apart. Undefined
 * where nothing was to be put right.
 */
export const repairView = (
  table: FoldTable,
  dictionary: Dictionary,
  view: View,
  _words: Words,
): View | undefined => {
  const size = view.length + (view.length >> 1) + 8;
  const out: Output = {
    codes: new Uint16Array(size),
    origin: new Uint32Array(size + 1),
    length: 0,
    repaired: 0,
  };
  let at = 0;
  while (at < view.length) {
    const code = view.codes[at] ?? 0;
    if (!isWordly(table, code)) {
      put(out, code, view.origin[at] ?? 0);
      at += 1;
      continue;
    }
    const spaced = spacedEnd(table, view, at);
    if (spaced.letters >= spacedMin) {
      joinSpaced(dictionary, table, view, out, at, spaced.end);
      at = spaced.end;
      continue;
    }
    const end = wordEnd(table, view, at);
    repairWord(dictionary, view, out, at, end);
    at = end;
  }
  out.origin[out.length] = view.origin[view.length] ?? 0;
  return out.repaired === 0
    ? undefined
    : { name: 'repaired', codes: out.codes, origin: out.origin, length: out.length };
};
