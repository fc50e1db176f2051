import type { ScoreState } from '../types.ts';
import { baselineRule, type RuleScoring } from './engine.ts';
import { decayed } from './risk.ts';

/** A contribution as people read it; weights 0..100. */
export interface ExplainedContribution {
  readonly rule: string;
  readonly title: string;
  readonly technique: string | null;
  readonly tactic: string | null;
  readonly weight: number;
  readonly decayedWeight: number;
  readonly atMs: number;
  readonly eventId: string | null;
}

const round = (value: number): number => Math.round(value * 100) / 100;

/** What a score is made of, strongest first. */
export const explainState = (
  scoring: RuleScoring,
  state: ScoreState,
  nowMs: number,
): readonly ExplainedContribution[] =>
  scoring
    .contributionsOf(state)
    .map((contribution) => ({
      rule: contribution.rule,
      title:
        contribution.rule === baselineRule
          ? 'It behaves unlike other processes of its workload'
          : (scoring.rules.get(contribution.rule)?.title ?? contribution.rule),
      technique: contribution.technique,
      tactic: contribution.tactic,
      weight: contribution.weight,
      decayedWeight: round(100 * decayed(contribution, nowMs, scoring.parameters.halfLifeMs)),
      atMs: contribution.atMs,
      eventId: contribution.eventId === '' ? null : contribution.eventId,
    }))
    .sort((a, b) => b.decayedWeight - a.decayedWeight || b.atMs - a.atMs);
