import { createLanguageModel, type LanguageModel, type ModelJson } from './language-model.ts';

/** A workload's model with what is usual for it: how surprising its own sequences were before they were learned. */
export interface BaselineModel {
  /** 0 to `maxWeight`: how far a sequence is beyond what is usual; undefined while too little is known. */
  judge(sequence: readonly string[]): number | undefined;
  learn(sequence: readonly string[]): void;
  readonly sequences: number;
  readonly syscalls: number;
  toJson(): BaselineJson;
}

export interface BaselineJson {
  readonly model: ModelJson;
  /** Bin → sequences whose surprise was in it. */
  readonly surprises: readonly number[];
  readonly syscalls: number;
}

/** Shorter sequences say too little. */
export const minSequence = 16;
/** What must be known before anything is judged. */
const minSyscalls = 20_000;
const minSequences = 100;
/** At 1 % false positives the model catches some 15 % of attacks: an input to the score, never an alert by itself. */
const usualShare = 0.99;
export const maxWeight = 40;
const binNats = 0.05;
const bins = 200;
/** So much beyond what is usual counts in full. */
const fullNats = 1.5;

const binOf = (surprise: number): number => Math.min(bins - 1, Math.max(0, Math.floor(surprise / binNats)));

const quantile = (counts: readonly number[], share: number): number => {
  const wanted = share * counts.reduce((sum, count) => sum + count, 0);
  let seen = 0;
  for (const [bin, count] of counts.entries()) {
    seen += count;
    if (seen >= wanted) return (bin + 1) * binNats;
  }
  return bins * binNats;
};

export const createBaselineModel = (json?: BaselineJson): BaselineModel => {
  const model: LanguageModel = createLanguageModel(json?.model);
  const surprises = Array.from({ length: bins }, (_, bin) => json?.surprises[bin] ?? 0);
  let syscalls = json?.syscalls ?? 0;
  let sequences = surprises.reduce((sum, count) => sum + count, 0);
  return {
    judge: (sequence) => {
      if (sequence.length < minSequence || syscalls < minSyscalls || sequences < minSequences)
        return undefined;
      const beyond = model.surprise(sequence) - quantile(surprises, usualShare);
      return Math.round(maxWeight * Math.min(1, Math.max(0, beyond / fullNats)));
    },
    learn: (sequence) => {
      if (sequence.length < minSequence) return;
      // Asked before it is learned: what a model knows by heart surprises nobody. The first ones would only say that it is new.
      if (syscalls >= minSyscalls / 4) {
        const bin = binOf(model.surprise(sequence));
        surprises[bin] = (surprises[bin] ?? 0) + 1;
        sequences += 1;
      }
      model.learn(sequence);
      syscalls += sequence.length;
    },
    get sequences() {
      return sequences;
    },
    get syscalls() {
      return syscalls;
    },
    toJson: () => ({ model: model.toJson(), surprises, syscalls }),
  };
};
