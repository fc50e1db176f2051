import type { Features } from '../../packages/server/src/domains/firewall/model/features.ts';
import { bucketBits, extractFeatures } from '../../packages/server/src/domains/firewall/model/features.ts';
import type { Concepts } from '../../packages/server/src/domains/firewall/model/concepts.ts';
import {
  scoreStretches,
  stretchNorm,
  type LinearModel,
} from '../../packages/server/src/domains/firewall/model/score.ts';
import { eachStretch } from '../../packages/server/src/domains/firewall/model/windows.ts';
import type { FoldTable } from '../../packages/server/src/domains/firewall/text/fold-table.ts';
import { foldText, splitWords, type Words } from '../../packages/server/src/domains/firewall/text/view.ts';
import type { Sample } from './corpus.ts';
import { createRandom } from './grammar.ts';

export interface Prepared extends Sample {
  readonly words: Words;
  readonly features: Features;
}

const textMax = 8000;

export const prepare = (
  table: FoldTable,
  concepts: Concepts,
  samples: readonly Sample[],
): readonly Prepared[] =>
  samples.map((sample) => {
    const view = foldText(table, 'plain', sample.text.slice(0, textMax));
    const words = splitWords(table, view);
    const features = extractFeatures(table, concepts, view, words);
    const used = features.offsets[words.count] ?? 0;
    return { ...sample, words, features: { ...features, ids: features.ids.slice(0, used) } };
  });

interface Row {
  readonly ids: Int32Array;
  readonly target: number;
  readonly weight: number;
}

export interface LearnOptions {
  readonly epochs: number;
  readonly decay: number;
  /** The share of a row's features that is left out each time it is learned from; 0 leaves out none. */
  readonly dropped: number;
}

export interface Dense {
  readonly weights: Float64Array;
  bias: number;
}

const rawOf = (model: Dense, ids: Int32Array): number => {
  let sum = 0;
  for (const id of ids) sum += model.weights[id] ?? 0;
  return model.bias + sum / stretchNorm(ids.length);
};

/** Copies to `kept` the features that are not left out this time, and says how many they are. */
const keep = (kept: Int32Array, ids: Int32Array, dropped: number, random: () => number): number => {
  let n = 0;
  for (const id of ids) {
    if (dropped !== 0 && random() < dropped) continue;
    kept[n] = id;
    n += 1;
  }
  return n;
};

/** A weight and the sum of the squares of its gradients stand side by side: both are asked for each time. */
const weightsOf = (state: Float64Array): Float64Array =>
  Float64Array.from({ length: state.length / 2 }, (_, k) => state[k * 2] ?? 0);

/** One step of AdaGrad with weight decay towards zero; what is added to the bias. */
const step = (
  state: Float64Array,
  kept: Int32Array,
  count: number,
  bias: number,
  { target, weight }: Row,
  decay: number,
): number => {
  let sum = 0;
  for (let k = 0; k < count; k += 1) sum += state[(kept[k] ?? 0) * 2] ?? 0;
  const norm = stretchNorm(count);
  const error = weight * (1 / (1 + Math.exp(-(bias + sum / norm))) - target);
  if (Math.abs(error) < 0.003) return 0;
  const each = error / norm;
  for (let k = 0; k < count; k += 1) {
    const at = (kept[k] ?? 0) * 2;
    const held = state[at] ?? 0;
    const gradient = each + decay * held;
    const squares = (state[at + 1] ?? 0) + gradient * gradient;
    state[at + 1] = squares;
    state[at] = held - (rate * gradient) / Math.sqrt(squares);
  }
  return error;
};

const rate = 0.35;

/**
 * Logistic regression by AdaGrad with weight decay towards zero. Where a share of the features is dropped at random each
 * time, no weight can lean on one author's words alone, and the mean of the later epochs is taken.
 */
const fit = (rows: readonly Row[], seed: number, { epochs, decay, dropped }: LearnOptions): Dense => {
  const mean = { state: new Float64Array(2 << bucketBits), bias: 0, epochs: 0 };
  const state = new Float64Array(2 << bucketBits);
  for (let k = 1; k < state.length; k += 2) state[k] = 0.05;
  const kept = new Int32Array(rows.reduce((most, { ids }) => Math.max(most, ids.length), 0));
  let [bias, biasSquare] = [0, 1];
  const order = rows.map((_, n) => n);
  const random = createRandom(seed);
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    for (let n = order.length - 1; n > 0; n -= 1) {
      const other = Math.floor(random() * (n + 1));
      [order[n], order[other]] = [order[other] ?? 0, order[n] ?? 0];
    }
    for (const n of order) {
      const row = rows[n];
      if (row === undefined) continue;
      const count = keep(kept, row.ids, dropped, random);
      if (count === 0) continue;
      const error = step(state, kept, count, bias, row, decay);
      biasSquare += error * error;
      bias -= (rate * error) / Math.sqrt(biasSquare);
    }
    if (dropped === 0 || (epoch + 1) * 2 <= epochs) continue;
    mean.epochs += 1;
    mean.bias += bias;
    for (let k = 0; k < state.length; k += 2) mean.state[k] = (mean.state[k] ?? 0) + (state[k] ?? 0);
  }
  if (mean.epochs === 0) return { weights: weightsOf(state), bias };
  return {
    weights: weightsOf(mean.state).map((sum) => sum / mean.epochs),
    bias: mean.bias / mean.epochs,
  };
};

const stretchIds = ({ features }: Prepared, from: number, to: number): Int32Array =>
  features.ids.subarray(features.offsets[from] ?? 0, features.offsets[to] ?? 0);

/** The stretches of a text with the model's raw score of each, highest first. */
const ranked = (
  model: Dense,
  sample: Prepared,
): readonly { readonly ids: Int32Array; readonly raw: number }[] => {
  const found: { ids: Int32Array; raw: number }[] = [];
  eachStretch(sample.words, (from, to) => {
    const ids = stretchIds(sample, from, to);
    found.push({ ids, raw: rawOf(model, ids) });
  });
  return found.sort((a, b) => b.raw - a.raw);
};

/** Of an attack, this many of its most suspicious stretches are attacks; of a harmless text, so many are hard negatives. */
const attackStretches = 2;
const harmlessStretches = 16;
/** Longer texts are known by their stretches only: as a whole they would teach that length is an attack. */
const wholeFeaturesMax = 1600;

/**
 * A text is an attack when one of its stretches is: first learned from whole texts, then twice from the stretches that the
 * model of the round before finds most suspicious, which for harmless texts are its hardest negatives.
 */
export const learn = (samples: readonly Prepared[], options: LearnOptions): Dense => {
  const whole = samples.map((sample): Row => ({
    ids: stretchIds(sample, 0, sample.words.count),
    target: sample.attack ? 1 : 0,
    weight: sample.weight,
  }));
  let model = fit(whole, 1, { ...options, epochs: Math.ceil(options.epochs / 2) });
  for (let round = 0; round < 2; round += 1) {
    const rows: Row[] = whole.filter(({ ids }) => ids.length <= wholeFeaturesMax);
    for (const sample of samples) {
      const found = ranked(model, sample);
      const take = sample.attack ? attackStretches : harmlessStretches;
      for (const { ids } of found.slice(0, take)) {
        if (ids.length > 0 && ids.length < (sample.features.offsets[sample.words.count] ?? 0))
          rows.push({
            ids,
            target: sample.attack ? 1 : 0,
            weight: sample.weight * (sample.attack ? 0.7 : 0.6),
          });
      }
    }
    model = fit(rows, 2 + round, options);
  }
  return model;
};

/** 8 bits a weight. */
export const quantise = (model: Dense): LinearModel => {
  let largest = 1e-9;
  for (const weight of model.weights) largest = Math.max(largest, Math.abs(weight));
  const scale = Math.min(largest, 6) / 127;
  const weights = Int8Array.from(model.weights, (weight) =>
    Math.max(-127, Math.min(127, Math.round(weight / scale))),
  );
  return { weights, scale, bias: model.bias, threshold: 0, slope: 1 };
};

export const rawScore = (model: LinearModel, sample: Prepared): number =>
  sample.words.count === 0 ? model.bias : scoreStretches(model, sample.words, sample.features).raw;

/** The score that at most `share` of the given ones exceed. */
export const quantile = (scores: readonly number[], share: number): number => {
  const sorted = scores.toSorted((a, b) => b - a);
  return sorted[Math.floor(sorted.length * share)] ?? 0;
};
