import { createHash } from 'node:crypto';
import { LineCounter, parseDocument } from 'yaml';
import { compileCondition, ConditionError } from './condition.ts';
import {
  RuleErrors,
  type Pattern,
  type Rule,
  type RuleSet,
  type RuleTest,
  type SequenceStep,
} from './rule-types.ts';

/** One file of rules. */
export interface RuleText {
  readonly file: string;
  readonly text: string;
}

const maxTextLength = 1024 * 1024;
const maxRules = 2000;
const maxSteps = 5;
const maxWithinMs = 86_400_000;
const maxCap = 32;
const known: ReadonlySet<string> = new Set(
  'id title description technique tactic weight cap syscall when sequence tests'.split(' '),
);

type Raw = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Raw =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

class FieldProblem extends Error {}
const fail = (message: string): never => {
  throw new FieldProblem(message);
};

const textOf = (raw: Raw, name: string, pattern: RegExp, example: string): string => {
  const value = raw[name];
  return typeof value === 'string' && pattern.test(value)
    ? value
    : fail(`${name} must be such as ${example}`);
};

const optionalText = (raw: Raw, name: string, pattern: RegExp, example: string): string | null =>
  raw[name] === undefined || raw[name] === null ? null : textOf(raw, name, pattern, example);

const integerOf = (value: unknown, name: string, from: number, to: number): number =>
  typeof value === 'number' && Number.isInteger(value) && value >= from && value <= to
    ? value
    : fail(`${name} must be an integer from ${String(from)} to ${String(to)}`);

const syscallName = /^([a-z_][a-z0-9_]{0,63}|\*)$/;
const syscallsOf = (value: unknown, at: string): readonly string[] => {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  const names = list.filter((name): name is string => typeof name === 'string' && syscallName.test(name));
  return names.length === list.length && names.length > 0 && names.length <= 64
    ? names
    : fail(`${at} must be the name of a syscall, or a list of up to 64`);
};

const combinators: ReadonlySet<string> = new Set(['all', 'any', 'not']);
/** A field that must be told: one that stands at the top, where all parts must hold. */
const requiredField = (when: unknown): string | undefined => {
  if (!isObject(when)) return undefined;
  const named = Object.entries(when).find(
    ([name, value]) => !combinators.has(name) && !(isObject(value) && value['present'] === false),
  );
  return named?.[0];
};

const patternOf = (raw: Raw, at: string): Pattern => ({
  requires: requiredField(raw['when']),
  syscalls: syscallsOf(raw['syscall'], `${at}syscall`),
  condition: raw['when'] === undefined ? undefined : compileCondition(raw['when'], `${at}when`),
});

const durations: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const durationOf = (value: unknown, at: string): number => {
  const match = typeof value === 'string' ? /^(\d{1,6})(ms|s|m|h)$/.exec(value) : null;
  const ms = match === null ? 0 : Number(match[1]) * (durations[match[2] ?? ''] ?? 0);
  return ms > 0 && ms <= maxWithinMs ? ms : fail(`${at} must be a time up to a day, such as 60s`);
};

const stepOf = (raw: unknown, at: string): SequenceStep => {
  if (!isObject(raw)) return fail(`${at} must be an object`);
  const key = optionalText(raw, 'key', /^[a-z][a-z0-9_]{0,63}$/, 'fd') ?? undefined;
  return { ...patternOf(raw, `${at}.`), key };
};

const matchOf = (raw: Raw): Rule['match'] => {
  const { sequence } = raw;
  if (sequence === undefined) return { kind: 'event', pattern: patternOf(raw, '') };
  if (raw['syscall'] !== undefined || raw['when'] !== undefined)
    fail('syscall and when belong into the steps');
  if (!isObject(sequence)) return fail('sequence must be an object');
  const { steps, within } = sequence;
  if (!Array.isArray(steps) || steps.length < 2 || steps.length > maxSteps) {
    return fail(`sequence.steps must have 2 to ${String(maxSteps)} steps`);
  }
  return {
    kind: 'sequence',
    withinMs: durationOf(within, 'sequence.within'),
    steps: steps.map((step, index) => stepOf(step, `sequence.steps[${String(index)}]`)),
  };
};

const testOf = (raw: unknown, index: number): RuleTest => {
  const at = `tests[${String(index)}]`;
  if (!isObject(raw)) return fail(`${at} must be an object`);
  const { fires, events } = raw;
  if (typeof fires !== 'boolean') return fail(`${at}.fires must be true or false`);
  if (!Array.isArray(events) || events.length === 0 || !events.every(isObject)) {
    return fail(`${at}.events must be a list of events`);
  }
  const name = raw['name'];
  return { name: typeof name === 'string' ? name : `test ${String(index + 1)}`, fires, events };
};

const ruleOf = (raw: unknown, file: string): Rule => {
  if (!isObject(raw)) return fail('a rule must be an object');
  const unknown = Object.keys(raw).find((name) => !known.has(name));
  if (unknown !== undefined) fail(`${unknown} is unknown; a rule has ${[...known].join(', ')}`);
  const tests = raw['tests'];
  if (!Array.isArray(tests) || tests.length === 0)
    return fail('tests must have at least one test that fires');
  const parsed = tests.map(testOf);
  if (!parsed.some(({ fires }) => fires)) fail('tests must have at least one test that fires');
  return {
    id: textOf(raw, 'id', /^[a-z0-9][a-z0-9-]{0,63}$/, 'memfd-exec'),
    title: textOf(raw, 'title', /^.{1,200}$/, 'A program was run from memory'),
    description: optionalText(raw, 'description', /^[^]{0,2000}$/, 'some words') ?? '',
    technique: optionalText(raw, 'technique', /^T\d{4}(\.\d{3})?$/, 'T1620'),
    tactic: optionalText(raw, 'tactic', /^[a-z][a-z-]{0,40}$/, 'defense-evasion'),
    weight: integerOf(raw['weight'], 'weight', 1, 99),
    cap: integerOf(raw['cap'] ?? 1, 'cap', 1, maxCap),
    match: matchOf(raw),
    tests: parsed,
    file,
  };
};

const rulesOfText = ({ file, text }: RuleText, problems: string[]): readonly Rule[] => {
  if (text.length > maxTextLength) {
    problems.push(`${file}: longer than ${String(maxTextLength)} characters`);
    return [];
  }
  const lines = new LineCounter();
  // Aliases could make a small file large; no rule needs them.
  const document = parseDocument(text, { schema: 'core', lineCounter: lines, uniqueKeys: true });
  const [error] = document.errors;
  let content: unknown;
  try {
    content = error === undefined ? document.toJS({ maxAliasCount: 0 }) : undefined;
  } catch {
    problems.push(`${file}: aliases are not allowed`);
    return [];
  }
  if (error !== undefined || !Array.isArray(content)) {
    problems.push(`${file}: ${error?.message ?? 'must be a list of rules'}`);
    return [];
  }
  return content.flatMap((raw: unknown, index) => {
    try {
      return [ruleOf(raw, file)];
    } catch (cause) {
      if (!(cause instanceof FieldProblem) && !(cause instanceof ConditionError)) throw cause;
      const id = isObject(raw) && typeof raw['id'] === 'string' ? raw['id'] : `rule ${String(index + 1)}`;
      problems.push(`${file}: ${id}: ${cause.message}`);
      return [];
    }
  });
};

/** Reads rules out of YAML texts; a later rule takes the place of an earlier one of the same id. Throws `RuleErrors`. */
export const parseRules = (texts: readonly RuleText[]): RuleSet => {
  const problems: string[] = [];
  const byId = new Map<string, Rule>();
  for (const text of texts) {
    const seen = new Set<string>();
    for (const rule of rulesOfText(text, problems)) {
      if (seen.has(rule.id)) problems.push(`${text.file}: ${rule.id}: there are two rules of this id`);
      seen.add(rule.id);
      byId.set(rule.id, rule);
    }
  }
  if (byId.size > maxRules) problems.push(`There are more than ${String(maxRules)} rules`);
  if (problems.length > 0) throw new RuleErrors(problems);
  const hash = createHash('sha256');
  for (const { text } of texts) hash.update(`${String(text.length)}:`).update(text);
  return { rules: [...byId.values()], version: hash.digest('hex').slice(0, 16) };
};
