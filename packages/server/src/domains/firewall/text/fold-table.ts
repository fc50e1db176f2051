import { lookAlikes } from './confusables.ts';

/** What a folded character is to the tokenizer. */
export const charClass = {
  other: 0,
  letter: 1,
  digit: 2,
  space: 3,
  newline: 4,
  stop: 5,
  ideograph: 6,
} as const;

/** Folded to nothing: invisible characters, marks and apostrophes. */
export const dropped = 0;
/** Folded to several characters: see `FoldTable.several`. */
export const severalChars = 0xffff;

/** How every UTF-16 code unit is read. Built once; 192 KiB. */
export interface FoldTable {
  /** Code unit → folded code unit: compatible forms, case, accents and look-alikes are gone. */
  readonly fold: Uint16Array;
  readonly classes: Uint8Array;
  readonly several: ReadonlyMap<number, string>;
  /** Code points beyond the first plane that stand for a Latin letter or digit: mathematical, enclosed and regional. */
  readonly astral: ReadonlyMap<number, number>;
}

// Combining characters stand in the class one by one, which is what is meant.
const invisible =
  // eslint-disable-next-line no-misleading-character-class
  /[\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200F\u202A-\u202E\u2060-\u206F\u3164\uFE00-\uFE0F\uFEFF\uFFA0\uFFF0-\uFFFB\p{Mn}\p{Me}'’‘ʼ`´]/u;

const classOf = (char: string): number => {
  if (char === '\n' || char === '\r' || char === '\u2028' || char === '\u2029') return charClass.newline;
  if (/[.!?;。！？؟।]/u.test(char)) return charClass.stop;
  if (/\s/u.test(char)) return charClass.space;
  // Scripts that write no spaces: each character is a word, and pairs of them carry the meaning.
  if (
    /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u.test(
      char,
    )
  )
    return charClass.ideograph;
  if (/\p{L}/u.test(char)) return charClass.letter;
  return /\p{N}/u.test(char) ? charClass.digit : charClass.other;
};

const isHangul = (code: number): boolean => code >= 0xac00 && code <= 0xd7a3;

/** NFKC, lower case, accents off. Hangul stays composed: its parts are no marks. */
const plainForm = (char: string): string => {
  const folded = char.normalize('NFKC').toLowerCase();
  if (isHangul(char.charCodeAt(0))) return folded;
  return folded
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .normalize('NFC');
};

/** What each character passes for; small letters also for what their capitals do, where nothing is said of themselves. */
const lookAlikeOf = (): ReadonlyMap<string, string> => {
  const found = new Map<string, string>();
  const forms: readonly ((char: string) => string)[] = [(char) => char, (char) => char.toLowerCase()];
  for (const formOf of forms) {
    for (const line of lookAlikes) {
      const [letter = '', ...others] = [...line];
      for (const other of others) {
        const form = formOf(other);
        if (!/[a-z0-9]/.test(form) && !found.has(form)) found.set(form, letter);
      }
    }
  }
  return found;
};

const astralRanges: readonly (readonly [number, number])[] = [
  [0x1d400, 0x1d7ff],
  [0x1f100, 0x1f1ff],
  [0x1fbf0, 0x1fbf9],
];

const letterOf = (point: number): string => {
  // Negative circled and squared letters and regional indicators have no compatible form.
  for (const from of [0x1f150, 0x1f170, 0x1f1e6]) {
    if (point >= from && point < from + 26) return String.fromCharCode(97 + point - from);
  }
  return plainForm(String.fromCodePoint(point)).replace(/[^\p{L}\p{N}]/gu, '');
};

const astralTable = (alike: ReadonlyMap<string, string>): ReadonlyMap<number, number> => {
  const found = new Map<number, number>();
  for (const [from, to] of astralRanges) {
    for (let point = from; point <= to; point += 1) {
      const [first = ''] = letterOf(point);
      const plain = alike.get(first) ?? first;
      if (plain !== '') found.set(point, plain.charCodeAt(0));
    }
  }
  return found;
};

/** Builds the table: some 30 ms, once in a process. */
export const createFoldTable = (): FoldTable => {
  const fold = new Uint16Array(0x10000);
  const classes = new Uint8Array(0x10000);
  const several = new Map<number, string>();
  const alike = lookAlikeOf();
  for (let code = 0; code < 0x10000; code += 1) {
    if (code >= 0xd800 && code <= 0xdfff) {
      fold[code] = code;
      continue;
    }
    const char = String.fromCharCode(code);
    classes[code] = classOf(char);
    if (invisible.test(char)) continue;
    // A capital may pass for another letter than its small form does: Η is an H, η an n.
    const plain = [...(alike.get(char) ?? plainForm(char))]
      .map((one) => alike.get(one) ?? one)
      .join('')
      .replace(/[\p{Mn}'’]/gu, '');
    if (plain.length > 1) several.set(code, plain);
    fold[code] = plain.length > 1 ? severalChars : plain === '' ? 32 : plain.charCodeAt(0);
  }
  return { fold, classes, several, astral: astralTable(alike) };
};
