import type { Condition } from './condition.ts';

/** What one event must be. */
export interface Pattern {
  readonly syscalls: readonly string[];
  readonly condition: Condition | undefined;
  /** A field without which the condition cannot hold; undefined: there may be none. */
  readonly requires: string | undefined;
}

export interface SequenceStep extends Pattern {
  /** The field whose value binds the steps of one sequence to each other; undefined: the process alone does. */
  readonly key: string | undefined;
}

export interface Sequence {
  readonly withinMs: number;
  readonly steps: readonly SequenceStep[];
}

export interface RuleTest {
  readonly name: string;
  readonly fires: boolean;
  readonly events: readonly Readonly<Record<string, unknown>>[];
}

export interface Rule {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** MITRE ATT&CK, such as T1620 or T1055.008; null where it is none. */
  readonly technique: string | null;
  readonly tactic: string | null;
  /** 0..100, when it fires. */
  readonly weight: number;
  /** How many firings count; the latest ones do. */
  readonly cap: number;
  readonly match:
    { readonly kind: 'event'; readonly pattern: Pattern } | ({ readonly kind: 'sequence' } & Sequence);
  readonly tests: readonly RuleTest[];
  /** Where it stands, for error messages. */
  readonly file: string;
}

export interface RuleSet {
  readonly rules: readonly Rule[];
  /** SHA-256 of the texts, 16 hex digits. */
  readonly version: string;
}

/** What is wrong with the rules, all of it. */
export class RuleErrors extends Error {
  override readonly name = 'RuleErrors';
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}
