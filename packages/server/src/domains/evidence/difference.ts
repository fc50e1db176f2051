import type { DriftItem } from '@gpushield/contracts';
import type { Item } from './types.ts';

export type Change = DriftItem['change'];

const there = (item: Item | undefined): item is Item => item !== undefined && item.missing === undefined;

/** How `to` differs from `from`; undefined when it does not. A value that is not known differs from nothing. */
export const differenceOf = (from: Item | undefined, to: Item | undefined): Change | undefined => {
  if (!there(from)) return there(to) ? 'added' : undefined;
  if (!there(to)) return 'removed';
  return from.value !== null && to.value !== null && from.value !== to.value ? 'changed' : undefined;
};

/** The value that people compare: null for what is absent or unknown. */
export const shownValue = (item: Item | undefined): string | null => (there(item) ? item.value : null);
