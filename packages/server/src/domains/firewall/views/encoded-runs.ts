import { encodedMin, surveyOf, type Survey } from '../text/survey.ts';
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
  /** Whether a text may hold a run of this kind. */
  readonly may: (survey: Survey) => boolean;
  /** Stands in each run of this kind. */
  readonly mark?: RegExp;
  /** Undefined where the survey knows the runs. */
  readonly pattern?: RegExp;
  readonly decode: (run: string) => string;
}[] = [
  {
    name: 'hex',
    may: ({ hexRun }) => hexRun >= 16,
    pattern: /(?:(?:0x|\\x)?[0-9a-fA-F]{2}[ ,:]?){8,}/g,
    decode: (run) => Buffer.from(run.replace(/0x|\\x|[ ,:]/g, ''), 'hex').toString('utf8'),
  },
  {
    name: 'binary',
    may: ({ digitRun }) => digitRun >= 8,
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
    may: ({ encodedRun }) => encodedRun >= encodedMin,
    decode: (run) => Buffer.from(run, 'base64').toString('utf8'),
  },
  {
    name: 'base64-lines',
    may: ({ encodedRun }) => encodedRun >= 40,
    mark: /\n/,
    pattern: /[A-Za-z0-9+/]{40,100}(?:\r?\n[A-Za-z0-9+/]{4,100})+={0,2}/g,
    decode: (run) => Buffer.from(run, 'base64').toString('utf8'),
  },
  {
    name: 'base32',
    may: ({ wordRun }) => wordRun >= 16,
    pattern: /[A-Z2-7]{16,}={0,6}/g,
    decode: (run) => base32(run),
  },
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

/** Where the runs of a kind stand, with what they say. */
const runsOf = (
  text: string,
  { encoded }: Survey,
  pattern: RegExp | undefined,
): Iterable<readonly [start: number, run: string]> =>
  pattern === undefined
    ? Iterator.from(encoded).map(([start, end]) => [start, text.slice(start, end)] as const)
    : text.matchAll(pattern).map((match) => [match.index, match[0]] as const);

/** Runs of base64, base32, hex and binary that decode to text. Encodings alone are no attack: what they say is judged. */
export const decodeRuns = (text: string, survey = surveyOf(text)): readonly Decoded[] => {
  const found: Decoded[] = [];
  for (const { name, may, mark, pattern, decode } of kinds) {
    if (!may(survey) || mark?.test(text) === false) continue;
    for (const [start, all] of runsOf(text, survey, pattern)) {
      if (found.length >= runsMax) return found;
      if (all.length < runMin) continue;
      const run = all.slice(0, runMax);
      const decoded = decode(run);
      if (isText(decoded)) found.push(decodedAt(name, decoded, start, run.length));
    }
  }
  return found;
};
