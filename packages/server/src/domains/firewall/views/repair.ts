import { charClass, type FoldTable } from '../text/fold-table.ts';
import type { View } from '../text/view.ts';
import type { Dictionary } from './dictionary.ts';
import { endSigns, leetOf, letterOf, readingOf, wholeReading, type Reading } from './leet.ts';
import { segment } from './segment.ts';

const maxWord = 40;
/** This many single letters in a row are a word that was pulled apart. */
const spacedMin = 3;
const space = 32;

interface Output {
  readonly codes: Uint16Array;
  readonly origin: Uint32Array;
  length: number;
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

const isWordly = (table: FoldTable, code: number): boolean => {
  const kind = table.classes[code] ?? 0;
  return kind === charClass.letter || kind === charClass.digit || leetOf[code] !== 0;
};

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
  out.apart += codes.length;
};

/** A stretch of a text that is read otherwise than it stands. */
interface Edit {
  readonly start: number;
  readonly end: number;
  readonly spaced?: Spaced;
  readonly reading?: Reading;
}

/** Where a run of letters, digits and letter-like signs ends. */
const runEnd = (table: FoldTable, view: View, start: number): number => {
  let end = start;
  while (end < view.length && end - start < maxWord && isWordly(table, view.codes[end] ?? 0)) end += 1;
  return end;
};

/** Signs at the end of a run are punctuation. */
const wordEnd = ({ codes }: View, start: number, run: number): number => {
  let end = run;
  while (end > start + 1 && endSigns.has(codes[end - 1] ?? 0)) end -= 1;
  return end;
};

/** So many words written in signs make what is less sure be read so too. */
const leastSigned = 2;

/** What is to be put right: nothing is copied where a text has none. */
const findEdits = (table: FoldTable, dictionary: Dictionary, view: View): readonly Edit[] => {
  const edits: Edit[] = [];
  let signed = 0;
  let at = 0;
  while (at < view.length) {
    if (!isWordly(table, view.codes[at] ?? 0)) {
      at += 1;
      continue;
    }
    if (mayBeSpaced(table, view, at)) {
      const spaced = spacedAt(table, view, at);
      if (spaced.codes.length >= spacedMin) {
        edits.push({ start: at, end: spaced.end, spaced });
        at = spaced.end;
        continue;
      }
    }
    const run = runEnd(table, view, at);
    const end = wordEnd(view, at, run);
    const whole = end < run ? wholeReading(dictionary, view.codes, at, end, run) : undefined;
    const reading = whole ?? readingOf(dictionary, view.codes, at, end);
    if (reading !== undefined) edits.push({ start: at, end: whole === undefined ? end : run, reading });
    if (reading?.signs === true) signed += 1;
    at = run;
  }
  return signed >= leastSigned ? edits : edits.filter(({ reading }) => reading?.weak !== true);
};

/** Copies a stretch as it stands. */
const copy = (out: Output, { codes, origin }: View, start: number, end: number): void => {
  const size = Math.min(end - start, out.codes.length - out.length);
  out.codes.set(codes.subarray(start, start + size), out.length);
  out.origin.set(origin.subarray(start, start + size), out.length);
  out.length += size;
};

/**
 * The text with its garbled words put right: leetspeak, inner letters in another order, letters pulled apart. Undefined
 * where nothing was to be put right.
 */
export const repairView = (table: FoldTable, dictionary: Dictionary, view: View): Repaired | undefined => {
  const edits = findEdits(table, dictionary, view);
  if (edits.length === 0) return undefined;
  const size = view.length + (view.length >> 1) + 8;
  const out: Output = {
    codes: new Uint16Array(size),
    origin: new Uint32Array(size + 1),
    length: 0,
    apart: 0,
  };
  let at = 0;
  for (const { start, end, spaced, reading } of edits) {
    copy(out, view, at, start);
    if (spaced !== undefined) joinSpaced(dictionary, view, out, spaced);
    const read = reading?.codes ?? '';
    for (let k = 0; k < read.length; k += 1) {
      const code = typeof read === 'string' ? read.charCodeAt(k) : (read[k] ?? 0);
      put(out, code, view.origin[Math.min(start + k, end - 1)] ?? 0);
    }
    at = end;
  }
  copy(out, view, at, view.length);
  out.origin[out.length] = view.origin[view.length] ?? 0;
  return { name: 'repaired', codes: out.codes, origin: out.origin, length: out.length, apart: out.apart };
};
