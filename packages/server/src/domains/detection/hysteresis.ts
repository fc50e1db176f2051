import { at } from './detectors/numbers.ts';

/*
 * From scores to something that people are called for. Each detector has four numbers behind the model's in the GPU's
 * state, so that what is going on survives with it.
 */
const run = 0;
const since = 1;
const lastOver = 2;
const told = 3;
const slotsEach = 4;

/** Records in a row at or above the threshold before anybody is called: one odd record says nothing. */
export const recordsToRaise = 3;
/** It is over when the score stayed below this share of the threshold … */
const calmShare = 0.6;
/** … for this long: attacks that pause are one attack. */
const calmMs = 10 * 60_000;
/** While it goes on, people are told again this often, by the time of the records. */
const tellAgainMs = 5 * 60_000;

export type Turn = 'quiet' | 'began' | 'goes_on' | 'ended';

export const hysteresisSlots = (detectors: number): number => detectors * slotsEach;

/** Raised whenever the meaning of these numbers changes. */
export const hysteresisVersion = 1;

/**
 * Takes one score of one detector at `nowMs`. `counts`: whether the score may begin anything (not in warm-up, not switched
 * off). Allocates nothing.
 */
export const takeScore = (
  state: Float64Array,
  base: number,
  detector: number,
  score: number,
  threshold: number,
  nowMs: number,
  counts: boolean,
): Turn => {
  const from = base + detector * slotsEach;
  const over = score >= threshold;
  state[from + run] = over ? at(state, from + run) + 1 : 0;
  if (score >= threshold * calmShare) state[from + lastOver] = nowMs;
  if (at(state, from + since) === 0) {
    if (!counts || at(state, from + run) < recordsToRaise) return 'quiet';
    state[from + since] = nowMs;
    state[from + told] = nowMs;
    return 'began';
  }
  if (!counts || nowMs - at(state, from + lastOver) >= calmMs) {
    state[from + since] = 0;
    return 'ended';
  }
  if (!over || nowMs - at(state, from + told) < tellAgainMs) return 'quiet';
  state[from + told] = nowMs;
  return 'goes_on';
};
