import type { Words } from '../text/view.ts';

/** A stretch of words, `[from, to)`. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Sliding windows, in words; each moves on by half its width. The widest stand for whole short prompts. */
export const windowWidths: readonly number[] = [16, 48, 144];
const sentenceMin = 3;

/** Calls `visit` for each sentence, each window and the whole: linear in the number of words. */
export const eachStretch = (words: Words, visit: (from: number, to: number) => void): void => {
  const { count, breaks } = words;
  if (count === 0) return;
  visit(0, count);
  let start = 0;
  for (let i = 0; i < count; i += 1) {
    if (breaks[i] !== 1) continue;
    if (i + 1 - start >= sentenceMin && i + 1 - start < count) visit(start, i + 1);
    start = i + 1;
  }
  if (start > 0 && count - start >= sentenceMin) visit(start, count);
  for (const width of windowWidths) {
    for (let from = 0; from + width < count + (width >> 1) && width < count; from += width >> 1) {
      visit(from, Math.min(count, from + width));
    }
  }
};
