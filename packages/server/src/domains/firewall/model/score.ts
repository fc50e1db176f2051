import type { Words } from '../text/view.ts';
import type { Features } from './features.ts';
import { eachStretch, type Stretch } from './windows.ts';

/** A linear model over hashed features: 8-bit weights with one scale. */
export interface LinearModel {
  readonly weights: Int8Array;
  readonly scale: number;
  readonly bias: number;
  /** The raw score at which a text is called an attack, and how steep the probability is around it. */
  readonly threshold: number;
  readonly slope: number;
}

export interface Scored {
  /** The highest raw score of any stretch. */
  readonly raw: number;
  readonly best: Stretch;
}

/** A stretch's features are as one vector of length 1, whatever their number; short ones are damped. */
export const stretchNorm = (features: number): number => Math.sqrt(features + 24);

/** The best of many stretches is high by chance: what is taken off grows with their number, up to a bound. */
const manyLooks = (stretches: number): number =>
  Math.min(looksMax, looksShare * Math.log(Math.max(1, stretches / 6)));
const looksShare = 0.45;
const looksMax = 1.5;

/** The best stretch of a view, by the sums before each word: each stretch costs the same. */
export const scoreSums = (
  { scale, bias }: LinearModel,
  words: Words,
  offsets: Uint32Array,
  sums: Float64Array,
): Scored => {
  let raw = Number.NEGATIVE_INFINITY;
  let from = 0;
  let to = 0;
  let stretches = 0;
  eachStretch(words, (a, b) => {
    stretches += 1;
    const total = (sums[b] ?? 0) - (sums[a] ?? 0);
    const score = bias + (total * scale) / stretchNorm((offsets[b] ?? 0) - (offsets[a] ?? 0));
    if (score > raw) {
      raw = score;
      from = a;
      to = b;
    }
  });
  return { raw: raw - manyLooks(stretches), best: { from, to } };
};

/** The best stretch of a view whose features were gathered. */
export const scoreStretches = (model: LinearModel, words: Words, { ids, offsets }: Features): Scored => {
  const sums = new Float64Array(words.count + 1);
  let sum = 0;
  for (let i = 0; i < words.count; i += 1) {
    const end = offsets[i + 1] ?? 0;
    for (let k = offsets[i] ?? 0; k < end; k += 1) sum += model.weights[ids[k] ?? 0] ?? 0;
    sums[i + 1] = sum;
  }
  return scoreSums(model, words, offsets, sums);
};

/** 0..1; 0.5 at the model's threshold. */
export const probabilityOf = (model: LinearModel, raw: number): number =>
  1 / (1 + Math.exp(-(raw - model.threshold) * model.slope));
