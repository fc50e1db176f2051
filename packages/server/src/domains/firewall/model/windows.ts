import type { Words } from '../text/view.ts';

/** A stretch of words, `[from, to)`. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Sliding windows, in words; each moves on by half its width. */
export const windowWidths: readonly number[] = [16, 48];
/** A text of at most this many words is judged as a whole too; of a longer one its parts are. */
const wholeMax = 64;
const sentenceMin = 3;

/** Calls `visit` for each sentence, each window and the whole of a short text: linear in the number of words. */
export const eachStretch = (words: Words, visit: (from: number, to: number) => void): void => {
  const { count, breaks } = words;
  if (count === 0) return;
  if (count <= wholeMax) visit(0, count);
  let start = 0;
  for (let i = 0; i < count; i += 1) {
    if (breaks[i] !== 1) continue;
    const size = i + 1 - start;
    if (size >= sentenceMin && size < count && size <= wholeMax) visit(start, i + 1);
    start = i + 1;
  }
  if (start > 0 && count - start >= sentenceMin && count - start <= wholeMax) visit(start, count);
  for (const width of windowWidths) {
    for (let from = 0; from + width < count + (width >> 1) && width < count; from += width >> 1) {
      visit(from, Math.min(count, from + width));
    }
  }
};
