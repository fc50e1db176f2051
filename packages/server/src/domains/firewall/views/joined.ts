import { createCollector, type Decoded } from './decoded.ts';

/** So many letters have to stand alone before a text is read as one that was pulled apart. */
export const leastApart = 6;
/** Characters that no eye sees part nothing. */
// Each stands for itself.
// eslint-disable-next-line no-misleading-character-class
const unseen = /[\u00AD\u200B-\u200F\u2060-\u2064\uFE00-\uFE0F\uFEFF]/;
const wordly = /[\p{L}\p{N}]/u;

interface Seen {
  readonly chars: readonly string[];
  readonly places: readonly number[];
}

const seenOf = (text: string): Seen => {
  const [chars, places]: [string[], number[]] = [[], []];
  let at = 0;
  for (const char of text) {
    if (!unseen.test(char)) {
      chars.push(char);
      places.push(at);
    }
    at += char.length;
  }
  return { chars, places };
};

/** The sign that stands most often between two characters of words that stand alone. */
const joinerOf = (chars: readonly string[], alone: readonly boolean[]): string | undefined => {
  const counts = new Map<string, number>();
  for (let i = 1; i + 1 < chars.length; i += 1) {
    const sign = chars[i] ?? '';
    if (alone[i - 1] === true && alone[i + 1] === true && sign !== '\n')
      counts.set(sign, (counts.get(sign) ?? 0) + 1);
  }
  let joiner: string | undefined;
  let most = leastApart - 1;
  for (const [sign, count] of counts) if (count > most) [joiner, most] = [sign, count];
  return joiner;
};

/**
 * The text as it was before one sign was put between each two of its characters: signs, capitals and gaps between words
 * come back too, so that what was hidden further is found by the same readings. One pass, whatever the text holds.
 */
export const decodeJoined = (text: string): readonly Decoded[] => {
  const { chars, places } = seenOf(text);
  const inWord = chars.map((char) => wordly.test(char));
  const alone = inWord.map((is, i) => is && inWord[i - 1] !== true && inWord[i + 1] !== true);
  const joiner = joinerOf(chars, alone);
  if (joiner === undefined) return [];
  const read = createCollector('joined');
  // Where the characters before were parted, or nothing of a word stands before: a gap here may be one of them.
  let apart = true;
  for (let i = 0; i < chars.length; i += 1) {
    read.add(chars[i] ?? '', places[i] ?? 0);
    const after = chars[i + 2];
    const single = inWord[i + 2] !== true || inWord[i + 3] !== true;
    const parts = chars[i + 1] === joiner && after !== undefined && apart && single;
    if (parts) i += 1;
    else apart = inWord[i] !== true;
  }
  return [read.done()];
};
