import type { LimitDecision } from './types.ts';

/** The decision about a single demand. */
export const onlyDecision = (decisions: readonly LimitDecision[]): LimitDecision => {
  const [decision] = decisions;
  if (decision === undefined) throw new Error('Every demand has its decision');
  return decision;
};
