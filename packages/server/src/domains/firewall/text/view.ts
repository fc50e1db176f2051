import { charClass, dropped, severalChars, type FoldTable } from './fold-table.ts';

/**
 * One reading of a text: folded code units, and for each where it came from. `origin[i]` is the offset of the code unit
 * in the text that was inspected; `origin[length]` is where the text ends.
 */
export interface View {
  readonly name: string;
  readonly codes: Uint16Array;
  readonly origin: Uint32Array;
  readonly length: number;
}

const isHigh = (code: number): boolean => code >= 0xd800 && code <= 0xdbff;
const isLow = (code: number): boolean => code >= 0xdc00 && code <= 0xdfff;
/** What emoji and lone surrogates become: a character that is no part of a word. */
const symbol = 0x25a1;
/** An expansion is at most 18 characters (U+FDFA); most are 2 or 3. Room for one every few characters. */
const roomFor = (length: number): number => length + (length >> 3) + 64;

/** Tags (U+E0000…) and supplementary variation selectors: invisible, and dropped from what is read. */
const isInvisiblePoint = (point: number): boolean =>
  (point >= 0xe0000 && point <= 0xe0fff) ||
  (point >= 0x1d173 && point <= 0x1d17a) ||
  (point >= 0x1bca0 && point <= 0x1bca3);

const foldPair = (table: FoldTable, point: number): number =>
  isInvisiblePoint(point)
    ? dropped
    : (table.astral.get(point) ?? (point >= 0x20000 && point < 0x323b0 ? 0x4e00 : symbol));

/**
 * Folds a text in one pass. `source`, where given, holds the origin of each code unit of `text` itself (a text that was
 * decoded out of another). Characters beyond the room of a text of nothing but expansions are cut off.
 */
export const foldText = (table: FoldTable, name: string, text: string, source?: Uint32Array): View => {
  const size = text.length;
  const codes = new Uint16Array(roomFor(size));
  const origin = new Uint32Array(codes.length + 1);
  const { fold, several } = table;
  let n = 0;
  for (let i = 0; i < size && n < codes.length; i += 1) {
    const at = source === undefined ? i : (source[i] ?? 0);
    const code = text.charCodeAt(i);
    let plain = fold[code] ?? 0;
    if (plain >= 0xd800 && plain <= 0xdfff) {
      const low = isHigh(code) ? text.charCodeAt(i + 1) : 0;
      plain = isLow(low) ? foldPair(table, ((code - 0xd800) << 10) + (low - 0xdc00) + 0x10000) : symbol;
      if (isLow(low)) i += 1;
    }
    if (plain === severalChars) {
      const expansion = several.get(code) ?? '';
      for (let k = 0; k < expansion.length && n < codes.length; k += 1) {
        codes[n] = expansion.charCodeAt(k);
        origin[n] = at;
        n += 1;
      }
    } else if (plain !== dropped) {
      codes[n] = plain;
      origin[n] = at;
      n += 1;
    }
  }
  origin[n] = source === undefined ? size : (source[size - 1] ?? -1) + 1;
  return { name, codes, origin, length: n };
};

/** The words of a view: `[start, end)` in its codes, a hash each, and where sentences end. */
export interface Words {
  readonly count: number;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly hashes: Int32Array;
  /** 1 where a sentence or line ends after the word. */
  readonly breaks: Uint8Array;
}

export const hashSeed = 0x811c9dc5 | 0;
export const mixHash = (hash: number, code: number): number => {
  const mixed = Math.imul(hash ^ code, 0x01000193);
  return mixed ^ (mixed >>> 15);
};

/** The hash of a folded word, as `splitWords` computes it. */
export const hashWord = (word: string): number => {
  let hash = hashSeed;
  for (let i = 0; i < word.length; i += 1) hash = mixHash(hash, word.charCodeAt(i));
  return hash;
};

/** Longer runs of letters are cut into words of this length, so that a text without spaces has words too. */
const wordMax = 40;

/** At most this many words: places where one begins, and where a long one is cut. */
const countStarts = ({ classes }: FoldTable, { codes, length }: View): number => {
  let [starts, before] = [0, 0];
  for (let i = 0; i < length; i += 1) {
    const kind = classes[codes[i] ?? 0] ?? 0;
    const inWord = kind === charClass.letter || kind === charClass.digit ? 1 : 0;
    if (kind === charClass.ideograph || inWord > before) starts += 1;
    before = inWord;
  }
  return starts + Math.ceil(length / wordMax);
};

/** Splits a view into words: runs of letters and digits, or single characters of scripts without spaces. */
export const splitWords = (table: FoldTable, view: View): Words => {
  const { codes, length } = view;
  const { classes } = table;
  const room = countStarts(table, view) + 1;
  const starts = new Uint32Array(room);
  const ends = new Uint32Array(room);
  const hashes = new Int32Array(room);
  const breaks = new Uint8Array(room);
  let count = 0;
  let at = 0;
  while (at < length) {
    const kind = classes[codes[at] ?? 0] ?? 0;
    if (kind === charClass.letter || kind === charClass.digit) {
      const start = at;
      let hash = hashSeed;
      do {
        hash = mixHash(hash, codes[at] ?? 0);
        at += 1;
        const next = at < length ? (classes[codes[at] ?? 0] ?? 0) : 0;
        if (next !== charClass.letter && next !== charClass.digit) break;
      } while (at - start < wordMax);
      starts[count] = start;
      ends[count] = at;
      hashes[count] = hash;
      count += 1;
    } else if (kind === charClass.ideograph) {
      starts[count] = at;
      ends[count] = at + 1;
      hashes[count] = mixHash(hashSeed, codes[at] ?? 0);
      count += 1;
      at += 1;
    } else {
      if (count > 0 && (kind === charClass.stop || kind === charClass.newline)) breaks[count - 1] = 1;
      at += 1;
    }
  }
  return { count, starts, ends, hashes, breaks };
};
