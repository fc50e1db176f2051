import type { FoldTable } from '../text/fold-table.ts';
import type { Survey } from '../text/survey.ts';
import { foldText, splitWords, type View, type Words } from '../text/view.ts';
import { decodeEscapes } from './escapes.ts';
import { decodeInvisible } from './invisible.ts';
import { decodeRuns } from './encoded-runs.ts';
import type { Decoded } from './decoded.ts';
import type { Dictionary } from './dictionary.ts';
import { decodeJoined, leastApart } from './joined.ts';
import { repairView } from './repair.ts';
import { reverseView, rotateView, suspectOrder } from './rotations.ts';

interface Deps {
  readonly table: FoldTable;
  readonly dictionary: Dictionary;
}

/** An encoded text inside an encoded text is read too; a third time is not. */
const depthMax = 2;
/** Texts decoded out of one text: the longest runs come first. */
const decodedMax = 16;

/** A reading of an inner text, with the places of the outer one. */
const atOuter = (view: View, outer: Uint32Array, size: number): View => ({
  ...view,
  origin: view.origin.map((at) => (at >= size ? (outer[size - 1] ?? 0) + 1 : (outer[at] ?? 0))),
});

/**
 * Every other reading of a text: words put right (leetspeak, spaced and scrambled letters), ROT13, reversal, hidden
 * characters decoded, base64, hex and escapes decoded. Nothing is built unless something in the text asks for it.
 */
export const readings = (
  { table, dictionary }: Deps,
  text: string,
  plain: View,
  words: Words,
  survey?: Survey,
  depth = 0,
): readonly View[] => {
  const found: View[] = [];
  const repaired = repairView(table, dictionary, plain);
  if (repaired !== undefined) found.push(repaired);
  const suspect = suspectOrder(dictionary, words);
  if (suspect.rotated) found.push(rotateView(plain));
  if (suspect.reversed) found.push(...reverseView(plain, words));
  const decoded: Decoded[] = [
    ...(repaired !== undefined && repaired.apart >= leastApart ? decodeJoined(text) : []),
    ...decodeInvisible(text),
    ...decodeEscapes(text),
    ...decodeRuns(text, survey),
  ];
  for (const { name, text: inner, origin } of decoded.slice(0, decodedMax)) {
    const view = foldText(table, name, inner, origin);
    found.push(view);
    if (depth + 1 < depthMax) {
      const own = splitWords(table, view);
      for (const nested of readings({ table, dictionary }, inner, view, own, undefined, depth + 1))
        found.push(nested.origin === origin ? nested : atOuter(nested, origin, inner.length));
    }
  }
  return found;
};
