import { hashSeed, mixHash } from '../text/view.ts';
import type { Dictionary } from './dictionary.ts';

const wordMax = 18;
/** What an unknown letter costs, beside words that cost the logarithm of their rank. */
const unknownCost = 12;
const wordCost = 3;

/** Where words begin in letters that stand without gaps: the cheapest way to cut them into known words. */
export const segment = (dictionary: Dictionary, letters: readonly number[]): ReadonlySet<number> => {
  const size = letters.length;
  const cost = new Float64Array(size + 1).fill(Number.POSITIVE_INFINITY);
  const from = new Int32Array(size + 1);
  cost[0] = 0;
  for (let start = 0; start < size; start += 1) {
    const base = cost[start] ?? 0;
    let hash = hashSeed;
    for (let end = start + 1; end <= Math.min(size, start + wordMax); end += 1) {
      hash = mixHash(hash, letters[end - 1] ?? 0);
      const place = dictionary.known.get(hash);
      const price =
        place === 0
          ? end === start + 1
            ? unknownCost
            : Number.POSITIVE_INFINITY
          : wordCost + Math.log(place);
      if (base + price < (cost[end] ?? 0)) {
        cost[end] = base + price;
        from[end] = start;
      }
    }
  }
  const cuts = new Set<number>();
  for (let end = size; end > 0; end = from[end] ?? 0) cuts.add(from[end] ?? 0);
  cuts.delete(0);
  return cuts;
};
