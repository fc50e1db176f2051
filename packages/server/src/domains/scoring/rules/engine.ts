import { createHash } from 'node:crypto';
import type { Contribution, Mark, ScoreState, Scoring, SyscallEvent } from '../types.ts';
import { eventFields } from './fields.ts';
import { defaultRiskParameters, firstBelow, riskOf, type RiskParameters } from './risk.ts';
import type { Pattern, Rule, RuleSet } from './rule-types.ts';
import { firingsOf, isSequence } from './sequences.ts';
import { emptyState, joinStates } from './state.ts';

/** What one event may be: a firing of a rule, or a step of a sequence. */
interface Watch {
  readonly pattern: Pattern;
  readonly note: (event: SyscallEvent, found: Found) => void;
}
interface Found {
  readonly contributions: Contribution[];
  readonly marks: Mark[];
}

const maxKeyLength = 200;

const watchesOf = (rule: Rule): readonly Watch[] => {
  const { id, technique, tactic, weight, match } = rule;
  if (match.kind === 'event') {
    const note: Watch['note'] = (event, { contributions }) => {
      const atMs = Math.floor(event.occurredAtUs / 1000);
      contributions.push({ rule: id, technique, tactic, weight, atMs, eventId: event.id });
    };
    return [{ pattern: match.pattern, note }];
  }
  return match.steps.map((pattern, step) => ({
    pattern,
    note: (event, { marks }) => {
      const value = pattern.key === undefined ? '' : event.fields[pattern.key];
      // A step that does not tell its key can be bound to nothing.
      if (value === undefined) return;
      marks.push({
        rule: id,
        step,
        key: String(value).slice(0, maxKeyLength),
        atUs: event.occurredAtUs,
        eventId: event.id,
      });
    },
  }));
};

/** By syscall, so that an event that no rule asks for costs one look-up. */
const indexOf = (rules: readonly Rule[]): ReadonlyMap<string, readonly Watch[]> => {
  const bySyscall = new Map<string, Watch[]>();
  for (const rule of rules) {
    for (const watch of watchesOf(rule)) {
      for (const name of watch.pattern.syscalls) {
        const list = bySyscall.get(name);
        if (list === undefined) bySyscall.set(name, [watch]);
        else list.push(watch);
      }
    }
  }
  return bySyscall;
};

/** `Scoring`, and what only explaining needs. */
export interface RuleScoring extends Scoring {
  readonly parameters: RiskParameters;
  readonly rules: ReadonlyMap<string, Rule>;
  /** Whether any rule asks for this syscall at all: what most events are asked first. */
  watches(syscall: string, metadata: Readonly<Record<string, unknown>> | undefined): boolean;
  /** Whether a rule fires on this event, or counts it as a step. */
  concerns(event: SyscallEvent): boolean;
  /** Everything that counts for a state: firings of rules, of sequences, and the baseline's part. */
  contributionsOf(state: ScoreState): readonly Contribution[];
}

/** What the behaviour baseline's part is called among the contributions. */
export const baselineRule = 'behaviour-baseline';

/**
 * Rules for every syscall mostly ask for what another tool said, in metadata. Where all of them do, an event without such a
 * field needs no look at them; undefined: it does.
 */
const metadataOf = (always: readonly Watch[]): readonly string[] | undefined => {
  const names = always.map(({ pattern }) => pattern.requires);
  const known: ReadonlySet<string> = new Set(eventFields);
  const plain = names.filter((name) => name !== undefined && !known.has(name) && !derived.has(name));
  return plain.length === names.length ? [...new Set(plain.filter((name) => name !== undefined))] : undefined;
};
/** Fields that are made out of other metadata. */
const derived: ReadonlySet<string> = new Set(['path_dir', 'path_name', 'ioctl']);

interface Search {
  readonly watches: RuleScoring['watches'];
  readonly search: (events: readonly SyscallEvent[]) => Found | undefined;
}

const searchFor = (rules: readonly Rule[]): Search => {
  const watches = indexOf(rules);
  const always = watches.get('*') ?? [];
  const search: Search['search'] = (events) => {
    let found: Found | undefined;
    for (const event of events) {
      for (const list of [watches.get(event.syscall) ?? [], always]) {
        for (const { pattern, note } of list) {
          if (pattern.condition !== undefined && !pattern.condition(event.fields)) continue;
          found ??= { contributions: [], marks: [] };
          note(event, found);
        }
      }
    }
    return found;
  };
  const told = metadataOf(always);
  return {
    search,
    watches: (syscall, metadata) =>
      watches.has(syscall) ||
      (always.length > 0 &&
        (told === undefined ||
          (metadata !== undefined && told.some((name) => metadata[name] !== undefined)))),
  };
};

/** The scoring of a rule set: pure, and the same on every replica that holds the same rules. */
export const createScoring = (
  ruleSet: RuleSet,
  parameters: RiskParameters = defaultRiskParameters,
): RuleScoring => {
  const rules = new Map(ruleSet.rules.map((rule) => [rule.id, rule]));
  const sequences = ruleSet.rules.filter(isSequence);
  const { watches, search } = searchFor(ruleSet.rules);
  const capOf = (rule: string): number => rules.get(rule)?.cap ?? 1;
  const version = createHash('sha256')
    .update(`${ruleSet.version} ${JSON.stringify(parameters)}`)
    .digest('hex');

  const contributionsOf = ({ contributions, marks, baseline }: ScoreState): readonly Contribution[] => {
    const all = [...contributions];
    if (marks.length > 0) for (const rule of sequences) all.push(...firingsOf(rule, marks));
    if (baseline !== null) {
      const { weight, atMs } = baseline;
      all.push({ rule: baselineRule, technique: null, tactic: null, weight, atMs, eventId: '' });
    }
    return all;
  };
  const riskAt = (state: ScoreState, nowMs: number): number =>
    riskOf(contributionsOf(state), nowMs, parameters);

  return {
    version: version.slice(0, 16),
    empty: emptyState,
    parameters,
    rules,
    watches,
    concerns: (event) => search([event]) !== undefined,
    contributionsOf,
    apply: (state, events) => {
      const found = search(events);
      return found === undefined ? state : joinStates(state, { ...found, baseline: null }, capOf);
    },
    merge: (a, b) => joinStates(a, b, capOf),
    riskAt,
    fallsBelowAt: (state, threshold, fromMs) => {
      const contributions = contributionsOf(state);
      const risk = (nowMs: number): number => riskOf(contributions, nowMs, parameters);
      return firstBelow(risk, threshold, fromMs, parameters.halfLifeMs);
    },
  };
};
