import type { SyscallEventInput } from '@gpushield/contracts';
import type { SyscallEvent } from '../types.ts';
import { createScoring } from './engine.ts';
import { fieldsOf } from './fields.ts';
import type { Rule, RuleTest } from './rule-types.ts';

const startUs = 1_767_225_600_000_000;

/** A rule's test events are written as agents send them; what they leave out is filled in, a millisecond apart. */
const eventOf = (raw: Readonly<Record<string, unknown>>, index: number): SyscallEvent => {
  const { syscall, after_ms: afterMs, ...rest } = raw;
  const name = typeof syscall === 'string' ? syscall : '';
  const offsetMs = typeof afterMs === 'number' ? afterMs : index;
  return {
    id: `00000000-0000-8000-8000-${String(index).padStart(12, '0')}`,
    agentId: 'test',
    processId: 'test:1',
    pid: 1,
    occurredAtUs: startUs + offsetMs * 1000,
    syscall: name,
    fields: fieldsOf(rest as Omit<SyscallEventInput, 'syscall'>, name),
  };
};

const fires = (rule: Rule, { events }: RuleTest): boolean => {
  const scoring = createScoring({ rules: [rule], version: '' });
  return scoring.contributionsOf(scoring.apply(scoring.empty, events.map(eventOf))).length > 0;
};

/** Runs the tests that rules bring along; answers what does not hold, in words. */
export const tryRules = (rules: readonly Rule[]): readonly string[] =>
  rules.flatMap((rule) =>
    rule.tests
      .filter((test) => fires(rule, test) !== test.fires)
      .map((test) => `${rule.file}: ${rule.id}: "${test.name}" should ${test.fires ? '' : 'not '}fire`),
  );
