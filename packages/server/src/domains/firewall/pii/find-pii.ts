import type { Hit } from '../hit.ts';
import { piiForms } from './forms.ts';

/** How far before and after a match its context is looked for, in characters. */
const contextBefore = 60;
const contextAfter = 25;

/** Personal data by form, checksum and the words beside it. Linear: each pattern's repetitions are bounded. */
export const findPii = (text: string): readonly Hit[] => {
  if (!/[\d@]/.test(text)) return [];
  const hits: Hit[] = [];
  for (const form of piiForms) {
    for (const match of text.matchAll(form.pattern)) {
      const value = match[0];
      const start = match.index;
      const end = start + value.length;
      if (hits.some((hit) => hit.start < end && start < hit.end)) continue;
      const valid = form.valid?.(value) ?? true;
      if (!valid) continue;
      if (
        form.context !== undefined &&
        !form.context.test(
          `${text.slice(Math.max(0, start - contextBefore), start)} ${text.slice(end, end + contextAfter)}`,
        )
      )
        continue;
      if (form.unless?.test(text.slice(Math.max(0, start - 24), start)) === true) continue;
      hits.push({
        kind: 'pii',
        type: form.type,
        score: form.valid === undefined ? 0.85 : 0.95,
        start,
        end,
        reason: form.reason,
      });
      if (hits.length >= 1000) return hits;
    }
  }
  return hits;
};
