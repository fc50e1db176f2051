import { AppError } from '../../platform/errors.ts';

/**
 * Points (or log records) that one export may bring, its resources and metrics counted with them. An honest point takes
 * more than 64 bytes, so that the body limit of 64 MiB comes first; empty ones take two, and cost memory all the same.
 */
export const maxItemsPerExport = 1_000_000;

/** Counts what an export brings; above the limit it throws `body_too_large` (413). */
export const createItemLimit = (unit: string): ((items: number) => void) => {
  let left = maxItemsPerExport;
  return (items) => {
    left -= items;
    if (left < 0)
      throw new AppError('body_too_large', {
        detail: `One export may have ${maxItemsPerExport} ${unit}: send it in parts`,
      });
  };
};
