import type { Hit } from '../hit.ts';
import { piiForms } from './forms.ts';

/** How far before and after a match its context is looked for, in characters. */
const contextBefore = 60;
const contextAfter = 25;

const digitsIn = (text: string): number => {
  let digits = 0;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code >= 0x30 && code <= 0x39) digits += 1;
  }
  return digits;
};

/** The stretches of a text that were found already. */
const createTaken = (length: number) => {
  const marks = new Uint8Array(length);
  return {
    has: (start: number, end: number): boolean => marks.subarray(start, end).includes(1),
    add: (start: number, end: number): void => void marks.fill(1, start, end),
  };
};

/**
 * Personal data by form, checksum and the words beside it. Linear: each pattern's repetitions are bounded. Every hit is
 * told, however many there are: what is not told is not masked.
 */
export const findPii = (text: string): readonly Hit[] => {
  const digits = digitsIn(text);
  if (digits === 0 && !text.includes('@')) return [];
  const hits: Hit[] = [];
  const taken = createTaken(text.length);
  for (const form of piiForms) {
    if (digits < form.digits || (form.sign !== undefined && !text.includes(form.sign))) continue;
    if (form.mark?.test(text) === false) continue;
    for (const match of text.matchAll(form.pattern)) {
      const value = match[0];
      const start = match.index;
      const end = start + value.length;
      if (taken.has(start, end)) continue;
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
      taken.add(start, end);
      hits.push({
        kind: 'pii',
        type: form.type,
        score: form.valid === undefined ? 0.85 : 0.95,
        start,
        end,
        reason: form.reason,
      });
    }
  }
  return hits;
};
