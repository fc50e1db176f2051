import { at, shareOf } from './numbers.ts';

/*
 * A counter that only grows, until a reboot or a new driver sets it back: what it gained, and a level that gains fill and
 * time drains, so that it reads "events of about the last `tauS` seconds".
 */
const last = 0;
const level = 1;
export const counterSlots = 2;

export const initCounter = (state: Float64Array, base: number): void => {
  state[base + last] = NaN;
};

/** Events since the record before: 0 for the first record and where the counter was set back. */
export const countUp = (
  state: Float64Array,
  base: number,
  value: number,
  dtS: number,
  tauS: number,
): number => {
  const drained = at(state, base + level) * (1 - shareOf(dtS, tauS));
  state[base + level] = drained;
  if (Number.isNaN(value)) return 0;
  const before = at(state, base + last);
  state[base + last] = value;
  if (!(value > before)) return 0;
  state[base + level] = drained + (value - before);
  return value - before;
};

export const recentCount = (state: Float64Array, base: number): number => at(state, base + level);
