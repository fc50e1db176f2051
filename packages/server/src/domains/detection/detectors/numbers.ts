/*
 * The arithmetic that detectors share. Everything is made of the four operations and comparisons, whose results IEEE 754
 * fixes to the bit, so that replicas on different machines agree. NaN stands for "not known" and goes through unharmed.
 */

/** A slot of a state or of a row; out of range reads as NaN. */
export const at = (numbers: Float64Array, index: number): number => numbers[index] ?? NaN;

/** Share of a new value in an average with time constant `tauS`, after `dtS` seconds: 0..1. */
export const shareOf = (dtS: number, tauS: number): number => dtS / (tauS + dtS);

/** 0 at or below `low`, 1 at or above `high`, a straight line between; NaN for NaN. Also with `low` above `high`. */
export const ramp = (value: number, low: number, high: number): number => {
  const share = (value - low) / (high - low);
  return share <= 0 ? 0 : share >= 1 ? 1 : share;
};

/** Moves an average towards a value. An average that is not known yet takes the value; a value not known changes nothing. */
export const follow = (state: Float64Array, slot: number, value: number, share: number): void => {
  if (Number.isNaN(value)) return;
  const before = at(state, slot);
  state[slot] = Number.isNaN(before) ? value : before + share * (value - before);
};

/** One record alone never fills a level by more than this, however long the time since the one before. */
const maxShareOfRecord = 0.34;
/** What a level loses while the metrics it needs are absent. */
const forgetTauS = 900;

/**
 * Evidence 0..1 that lasts becomes a score: the level passes 0.7 after about 2.3 time constants of full evidence, and falls
 * as slowly, so that one odd record says nothing and one missing record changes nothing.
 */
export const sustain = (
  state: Float64Array,
  slot: number,
  evidence: number,
  dtS: number,
  tauS: number,
): number => {
  const level = at(state, slot);
  const absent = Number.isNaN(evidence);
  const share = Math.min(maxShareOfRecord, shareOf(dtS, absent ? forgetTauS : tauS));
  const next = level + share * ((absent ? 0 : evidence) - level);
  state[slot] = next;
  return next;
};

/** A level's score: full a little before the level is, since an average never quite arrives. */
export const scoreOf = (level: number): number => (level >= 0.9 ? 1 : level > 0 ? level / 0.9 : 0);
