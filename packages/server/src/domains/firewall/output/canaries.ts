import type { Hit } from '../hit.ts';

/** Tokens that only a system prompt holds: one in an answer means that the prompt leaks. */
export const findCanaries = (text: string, canaries: readonly string[]): readonly Hit[] => {
  if (canaries.length === 0) return [];
  const lower = text.toLowerCase();
  return canaries.flatMap((canary): readonly Hit[] => {
    const start = lower.indexOf(canary.toLowerCase());
    return start < 0
      ? []
      : [
          {
            kind: 'canary',
            type: 'canary',
            score: 1,
            start,
            end: start + canary.length,
            reason: 'A canary token of a system prompt stands in the answer',
          },
        ];
  });
};

/** How many characters at the end of `text` may be the beginning of a canary. */
export const canaryTail = (text: string, canaries: readonly string[]): number => {
  const lower = text.toLowerCase();
  let longest = 0;
  for (const canary of canaries) {
    const token = canary.toLowerCase();
    for (let size = Math.min(token.length - 1, lower.length); size > longest; size -= 1) {
      if (lower.endsWith(token.slice(0, size))) {
        longest = size;
        break;
      }
    }
  }
  return longest;
};
