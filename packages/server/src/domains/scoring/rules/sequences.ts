import type { Contribution, Mark } from '../types.ts';
import type { Rule } from './rule-types.ts';

type SequenceRule = Rule & { readonly match: { readonly kind: 'sequence' } };

export const isSequence = (rule: Rule): rule is SequenceRule => rule.match.kind === 'sequence';

const precedes = (earlier: Mark, later: Mark): boolean =>
  earlier.atUs <= later.atUs && earlier.eventId !== later.eventId;

/**
 * For each mark of the last step, the latest moment at which a chain that ends in it may have begun; absent where none
 * does. Marks of neighbouring steps that both name a key must agree in it.
 */
const startsOf = (rule: SequenceRule, steps: readonly (readonly Mark[])[]): ReadonlyMap<Mark, number> => {
  let reached = new Map((steps[0] ?? []).map((mark) => [mark, mark.atUs]));
  for (const [index, { key }] of rule.match.steps.entries()) {
    if (index === 0) continue;
    const bound = key !== undefined && rule.match.steps[index - 1]?.key !== undefined;
    const next = new Map<Mark, number>();
    for (const mark of steps[index] ?? []) {
      let startUs = -Infinity;
      for (const [before, beganUs] of reached) {
        if ((!bound || before.key === mark.key) && precedes(before, mark))
          startUs = Math.max(startUs, beganUs);
      }
      if (startUs > -Infinity) next.set(mark, startUs);
    }
    reached = next;
  }
  return reached;
};

/** What the marks of a process say of one sequence: its latest firings, at most `cap`. A function of the marks alone. */
export const firingsOf = (rule: SequenceRule, marks: readonly Mark[]): readonly Contribution[] => {
  const own = marks.filter((mark) => mark.rule === rule.id);
  const last = rule.match.steps.length - 1;
  if (!own.some(({ step }) => step === last)) return [];
  const steps = rule.match.steps.map((_, step) => own.filter((mark) => mark.step === step));
  const starts = startsOf(rule, steps);
  const firings: Contribution[] = [];
  for (const mark of steps[last] ?? []) {
    if (firings.length === rule.cap) break;
    const startUs = starts.get(mark);
    if (startUs === undefined || mark.atUs - startUs > rule.match.withinMs * 1000) continue;
    const { id, technique, tactic, weight } = rule;
    firings.push({
      rule: id,
      technique,
      tactic,
      weight,
      atMs: Math.floor(mark.atUs / 1000),
      eventId: mark.eventId,
    });
  }
  return firings;
};
