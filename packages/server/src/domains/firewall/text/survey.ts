/** What one look at a text says of it: most patterns need not be tried on most texts. */
export interface Survey {
  /** How many digits there are, the most that stand in a row, and the most with at most two other characters between. */
  readonly digits: number;
  readonly digitRun: number;
  readonly digitChain: number;
  /** The longest run of letters, digits and `_`. */
  readonly wordRun: number;
  /** The longest run of what hexadecimal bytes are written with, signs between them included. */
  readonly hexRun: number;
  /** The longest run of characters of base64, and where those begin and end that may hold a text. */
  readonly encodedRun: number;
  readonly encoded: readonly (readonly [start: number, end: number])[];
  /** Whether each two characters of `mark` stand side by side somewhere, so that it may be found. */
  mayHold(mark: string): boolean;
}

/** Shorter runs of base64 are words. */
export const encodedMin = 12;

const kind = { digit: 1, word: 2, hex: 4, encoded: 8 } as const;
const kinds = new Uint8Array(128);
const mark = (chars: string, bit: number): void => {
  for (const char of chars) kinds[char.charCodeAt(0)] = (kinds[char.charCodeAt(0)] ?? 0) | bit;
};
const digits = '0123456789';
const letters = 'abcdefghijklmnopqrstuvwxyz';
const alphanumeric = `${digits}${letters}${letters.toUpperCase()}`;
mark(digits, kind.digit);
mark(`${alphanumeric}_`, kind.word);
mark('0123456789abcdefABCDEFx\\ ,:', kind.hex);
mark(`${alphanumeric}+/_-`, kind.encoded);

const chainGap = 2;

/** One pass; two kilobytes for the pairs of characters. */
export const surveyOf = (text: string): Survey => {
  const pairs = new Uint32Array(512);
  const encoded: [number, number][] = [];
  let [count, run, longest, chain, mostInChain, last] = [0, 0, 0, 0, 0, -10];
  let [word, wordRun, hex, hexRun, code, codeRun] = [0, 0, 0, 0, 0, 0];
  let before = 127;
  const size = text.length;
  for (let i = 0; i <= size; i += 1) {
    const char = i < size ? text.charCodeAt(i) : 0;
    const is = char < 128 ? (kinds[char] ?? 0) : 0;
    const low = char & 127;
    const pair = (before << 7) | low;
    pairs[pair >> 5] = (pairs[pair >> 5] ?? 0) | (1 << (pair & 31));
    before = low;
    if ((is & kind.digit) !== 0) {
      count += 1;
      run += 1;
      chain = i - last <= chainGap + 1 ? chain + 1 : 1;
      last = i;
      if (run > longest) longest = run;
      if (chain > mostInChain) mostInChain = chain;
    } else run = 0;
    word = (is & kind.word) === 0 ? 0 : word + 1;
    if (word > wordRun) wordRun = word;
    hex = (is & kind.hex) === 0 ? 0 : hex + 1;
    if (hex > hexRun) hexRun = hex;
    if ((is & kind.encoded) !== 0) code += 1;
    else if (code !== 0) {
      if (code > codeRun) codeRun = code;
      if (code >= encodedMin) encoded.push([i - code, i]);
      code = 0;
    }
  }
  return {
    digits: count,
    digitRun: longest,
    digitChain: mostInChain,
    wordRun,
    hexRun,
    encodedRun: codeRun,
    encoded,
    mayHold: (sought) => {
      for (let i = 1; i < sought.length; i += 1) {
        const pair = (sought.charCodeAt(i - 1) << 7) | sought.charCodeAt(i);
        if (((pairs[pair >> 5] ?? 0) & (1 << (pair & 31))) === 0) return false;
      }
      return true;
    },
  };
};
