import type { Decoded } from './decoded.ts';

const runMin = 12;
/** Longer runs are files: what is decoded of them is bounded. */
const runMax = 65_536;
const runsMax = 12;
const letterShare = 0.75;

/** Mostly letters and spaces of some script: a key, a hash or a picture is not. */
const isText = (text: string): boolean => {
  // What long words decode to is full of these: it is told before any letter is looked at.
  const begin = text.slice(0, 512);
  if (text.length < 6 || text.includes('\u0000') || begin.includes('\uFFFD')) return false;
  let good = 0;
  for (const char of begin) if (/[\p{L}\p{M}\p{Zs}\n.,!?'"]/u.test(char)) good += 1;
  return good >= begin.length * letterShare;
};

const decodedAt = (name: string, text: string, start: number, length: number): Decoded => ({
  name,
  text,
  origin: Uint32Array.from(
    { length: text.length },
    (_, n) => start + Math.min(length - 1, Math.floor((n * length) / text.length)),
  ),
});

const kinds: readonly {
  readonly name: string;
  /** A text without so long a run of such characters holds none. */
  readonly run: number;
  /** Stands in each run of this kind. */
  readonly mark?: RegExp;
  readonly pattern: RegExp;
  readonly decode: (run: string) => string;
}[] = [
  {
    name: 'hex',
    run: 2,
    pattern: /(?:(?:0x|\\x)?[0-9a-fA-F]{2}[ ,:]?){8,}/g,
    decode: (run) => Buffer.from(run.replace(/0x|\\x|[ ,:]/g, ''), 'hex').toString('utf8'),
  },
  {
    name: 'binary',
    run: 8,
    mark: /[01]{8}/,
    pattern: /(?:[01]{8} ?){6,}/g,
    decode: (run) =>
      Buffer.from(
        run
          .replaceAll(' ', '')
          .match(/[01]{8}/g)
          ?.map((byte) => Number.parseInt(byte, 2)) ?? [],
      ).toString('utf8'),
  },
  {
    name: 'base64',
    run: 12,
    // A run is begun at its beginning only: else each of its characters is tried.
    pattern: /(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{12,}={0,2}/g,
    decode: (run) => Buffer.from(run, 'base64').toString('utf8'),
  },
  {
    name: 'base64-lines',
    run: 40,
    mark: /\n/,
    pattern: /[A-Za-z0-9+/]{40,100}(?:\r?\n[A-Za-z0-9+/]{4,100})+={0,2}/g,
    decode: (run) => Buffer.from(run, 'base64').toString('utf8'),
  },
  { name: 'base32', run: 16, pattern: /[A-Z2-7]{16,}={0,6}/g, decode: (run) => base32(run) },
];

const base32 = (run: string): string => {
  let bits = 0;
  let held = 0;
  const bytes: number[] = [];
  for (const char of run.replaceAll('=', '')) {
    held = (held << 5) | 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(char);
    bits += 5;
    if (bits >= 8) {
      bytes.push((held >> (bits - 8)) & 255);
      bits -= 8;
      held &= (1 << bits) - 1;
    }
  }
  return Buffer.from(bytes).toString('utf8');
};

const inRun = new Uint8Array(128);
for (const char of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-')
  inRun[char.charCodeAt(0)] = 1;

/** The longest run of characters of base64: what most texts are told by to hold none. */
const longestRun = (text: string): number => {
  let [longest, run] = [0, 0];
  for (let i = 0; i < text.length; i += 1) {
    run = inRun[text.charCodeAt(i)] === 1 ? run + 1 : 0;
    if (run > longest) longest = run;
  }
  return longest;
};

/** Runs of base64, base32, hex and binary that decode to text. Encodings alone are no attack: what they say is judged. */
export const decodeRuns = (text: string): readonly Decoded[] => {
  const found: Decoded[] = [];
  const longest = longestRun(text);
  for (const { name, run: least, mark, pattern, decode } of kinds) {
    if (longest < least || mark?.test(text) === false) continue;
    pattern.lastIndex = 0;
    for (const match of text.matchAll(pattern)) {
      if (found.length >= runsMax) return found;
      if (match[0].length < runMin) continue;
      const run = match[0].slice(0, runMax);
      const decoded = decode(run);
      if (isText(decoded)) found.push(decodedAt(name, decoded, match.index, run.length));
    }
  }
  return found;
};
