import type { Contribution, Mark, ScoreState } from '../types.ts';

/** Marks kept of each step of each sequence: the latest ones. */
export const maxMarksPerStep = 64;

export const emptyState: ScoreState = Object.freeze({ contributions: [], marks: [], baseline: null });

/** Total orders, latest first: what is kept where there is too much, on every replica the same. */
const laterContribution = (a: Contribution, b: Contribution): number =>
  b.atMs - a.atMs || (a.eventId < b.eventId ? 1 : a.eventId > b.eventId ? -1 : 0);
const laterMark = (a: Mark, b: Mark): number =>
  b.atUs - a.atUs || (a.eventId < b.eventId ? 1 : a.eventId > b.eventId ? -1 : 0);

const groupBy = <T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> => {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
};

const distinct = <T extends { readonly eventId: string }>(items: readonly T[]): T[] => {
  const seen = new Set<string>();
  return items.filter(({ eventId }) => !seen.has(eventId) && seen.add(eventId));
};

/** The bounded union of groups in the order of their names: equal sets give equal lists. */
const kept = <T extends { readonly eventId: string }>(
  items: readonly T[],
  keyOf: (item: T) => string,
  later: (a: T, b: T) => number,
  capOf: (item: T) => number,
): readonly T[] => {
  const groups = groupBy(items, keyOf);
  return [...groups.keys()].sort().flatMap((key) => {
    const group = distinct((groups.get(key) ?? []).sort(later));
    const [first] = group;
    return first === undefined ? [] : group.slice(0, capOf(first));
  });
};

type Baseline = NonNullable<ScoreState['baseline']>;
const laterBaseline = (a: Baseline | null, b: Baseline | null): Baseline | null => {
  if (a === null || b === null) return a ?? b;
  if (a.atMs !== b.atMs) return a.atMs > b.atMs ? a : b;
  if (a.model !== b.model) return a.model > b.model ? a : b;
  return a.weight >= b.weight ? a : b;
};

/** The least state that holds both; see `ScoreState`. `capOf` is the number of firings that count of a rule. */
export const joinStates = (a: ScoreState, b: ScoreState, capOf: (rule: string) => number): ScoreState => ({
  contributions: kept(
    [...a.contributions, ...b.contributions],
    ({ rule }) => rule,
    laterContribution,
    ({ rule }) => capOf(rule),
  ),
  marks: kept(
    [...a.marks, ...b.marks],
    ({ rule, step }) => `${rule}\n${String(step)}`,
    laterMark,
    () => maxMarksPerStep,
  ),
  baseline: laterBaseline(a.baseline, b.baseline),
});
