import type { Hit } from '../hit.ts';
import { surveyOf, type Survey } from '../text/survey.ts';
import { piiForms, type PiiForm } from './forms.ts';

/** How far before and after a match its context is looked for, in characters. */
const contextBefore = 60;
const contextAfter = 25;

/** The stretches of a text that were found already. */
const createTaken = (length: number) => {
  const marks = new Uint8Array(length);
  return {
    has: (start: number, end: number): boolean => marks.subarray(start, end).includes(1),
    add: (start: number, end: number): void => void marks.fill(1, start, end),
  };
};

/** Whether a text may hold what a form looks for. */
const mayStand = (form: PiiForm, text: string, survey: Survey): boolean =>
  survey.digits >= form.digits &&
  survey.digitRun >= (form.run ?? 0) &&
  survey.digitChain >= (form.chain ?? 0) &&
  survey.wordRun >= (form.word ?? 0) &&
  (form.sign === undefined || text.includes(form.sign)) &&
  form.mark?.test(text) !== false;

/** Where a form stands: of one with a reach, around its sign only. */
const matchesOf = ({ pattern, sign, reach }: PiiForm, text: string): Iterable<RegExpExecArray> =>
  sign === undefined || reach === undefined
    ? text.matchAll(pattern)
    : matchesAround(pattern, text, sign, reach);

/** Signs near one another are looked at together: no stretch is read twice. */
function* matchesAround(
  pattern: RegExp,
  text: string,
  sign: string,
  { before, after }: { readonly before: number; readonly after: number },
): Generator<RegExpExecArray> {
  for (let at = text.indexOf(sign); at !== -1;) {
    // One character more is seen by what must not stand before.
    const start = Math.max(0, at - before - 1);
    let end = at + after;
    for (at = text.indexOf(sign, at + 1); at !== -1 && at - before - 1 < end; at = text.indexOf(sign, at + 1))
      end = at + after;
    for (const match of text.slice(start, end).matchAll(pattern)) {
      if (match.index === 0 && start > 0) continue;
      match.index += start;
      yield match;
    }
  }
}

/**
 * Personal data by form, checksum and the words beside it. Linear: each pattern's repetitions are bounded. Every hit is
 * told, however many there are: what is not told is not masked.
 */
export const findPii = (text: string, survey = surveyOf(text)): readonly Hit[] => {
  if (survey.digits === 0 && !text.includes('@')) return [];
  const hits: Hit[] = [];
  const taken = createTaken(text.length);
  for (const form of piiForms) {
    if (!mayStand(form, text, survey)) continue;
    for (const match of matchesOf(form, text)) {
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
