import { stripVTControlCharacters } from 'node:util';
import { cleanBlock } from '../text/clean.ts';

/** Texts longer than this are not compared any further back. */
const maxCompared = 65_536;

/** The length of the longest end of `before` that `after` begins with (Knuth, Morris and Pratt). */
const overlap = (before: string, after: string): number => {
  const pattern = after.slice(0, maxCompared);
  const failure: number[] = [0];
  const next = (length: number, character: string | undefined): number => {
    let matched = length;
    while (matched > 0 && pattern[matched] !== character) matched = failure[matched - 1] ?? 0;
    return pattern[matched] === character ? matched + 1 : 0;
  };
  for (let index = 1; index < pattern.length; index += 1)
    failure.push(next(failure[index - 1] ?? 0, pattern[index]));
  let matched = 0;
  for (const character of before.slice(-maxCompared).split('')) {
    if (matched === pattern.length) matched = failure[matched - 1] ?? 0;
    matched = next(matched, character);
  }
  return matched;
};

export interface LogLook {
  readonly text: string;
  /** More was written before this text than it holds. */
  readonly truncated: boolean;
}

/** Half a character at a cut becomes a replacement mark; the next look has the whole one. */
const withoutCuts = ({ text, truncated }: LogLook): string =>
  (truncated ? text.replace(/^\ufffd+/, '') : text).replace(/\ufffd+$/, '');

/** What a look at a log shows that the one before did not. `gap` says that something between may be missing. */
export const newText = (before: LogLook | undefined, look: LogLook): { text: string; gap: boolean } => {
  const after = withoutCuts(look);
  if (before === undefined) return { text: after, gap: false };
  const shown = withoutCuts(before);
  if (!look.truncated && after.startsWith(shown)) return { text: after.slice(shown.length), gap: false };
  const shared = overlap(shown, after);
  return { text: after.slice(shared), gap: shared === 0 && shown !== '' };
};

/** A log for a terminal: lines that were overwritten become lines, and nothing that drives a terminal stays. */
const plain = (text: string): string => cleanBlock(stripVTControlCharacters(text).replace(/\r\n?/g, '\n'));

/** Writes a log as it grows, in whole lines: a sequence that two looks share is cleaned as one. */
export const createLogWriter = (write: (text: string) => void) => {
  let last: LogLook | undefined;
  let rest = '';
  const show = (text: string): void => {
    if (text !== '') write(plain(text));
  };
  return {
    /** Takes a look; answers whether something may be missing before it. */
    take: (look: LogLook): boolean => {
      const { text, gap } = newText(last, look);
      last = look;
      rest += text;
      const end = rest.lastIndexOf('\n') + 1;
      show(rest.slice(0, end));
      rest = rest.slice(end);
      return gap;
    },
    /** The last line, which has no end. */
    end: (): void => {
      if (rest !== '') show(`${rest}\n`);
      rest = '';
    },
  };
};
