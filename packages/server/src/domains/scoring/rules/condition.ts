import type { Fields, FieldValue } from './fields.ts';

/** A compiled condition: total, without side effects, linear in the length of the texts that it reads. */
export type Condition = (fields: Fields) => boolean;

export class ConditionError extends Error {
  override readonly name = 'ConditionError';
}

const maxDepth = 8;
const maxOperands = 256;

type Matcher = (value: FieldValue | undefined) => boolean;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isValue = (value: unknown): value is FieldValue =>
  typeof value === 'string' ||
  typeof value === 'boolean' ||
  (typeof value === 'number' && Number.isFinite(value));

const valuesOf = (given: unknown, at: string): readonly FieldValue[] => {
  const list: readonly unknown[] = Array.isArray(given) ? given : [given];
  if (list.length === 0 || list.length > maxOperands) {
    throw new ConditionError(`${at} takes 1 to ${String(maxOperands)} values`);
  }
  return list.map((value) => {
    if (!isValue(value)) throw new ConditionError(`${at} takes texts, numbers, true and false`);
    return value;
  });
};

const textsOf = (given: unknown, at: string): readonly string[] =>
  valuesOf(given, at).map((value) => {
    if (typeof value !== 'string' || value === '')
      throw new ConditionError(`${at} takes texts that are not empty`);
    return value;
  });

const numberOf = (given: unknown, at: string): number => {
  if (typeof given !== 'number' || !Number.isFinite(given)) throw new ConditionError(`${at} takes a number`);
  return given;
};

const ofText =
  (test: (text: string, operand: string) => boolean) =>
  (given: unknown, at: string): Matcher => {
    const texts = textsOf(given, at);
    return (value) => typeof value === 'string' && texts.some((operand) => test(value, operand));
  };

const ofNumber =
  (test: (number: number, operand: number) => boolean) =>
  (given: unknown, at: string): Matcher => {
    const operand = numberOf(given, at);
    return (value) => typeof value === 'number' && test(value, operand);
  };

const isIn = (given: unknown, at: string): Matcher => {
  const known = new Set(valuesOf(given, at));
  return (value) => value !== undefined && known.has(value);
};

/** Flags beyond 31 bits exist (clone3), so bits are compared in 64. */
const bits =
  (want: 'all' | 'any' | 'none') =>
  (given: unknown, at: string): Matcher => {
    const mask = numberOf(given, at);
    if (!Number.isSafeInteger(mask) || mask <= 0) throw new ConditionError(`${at} takes a positive integer`);
    const wide = BigInt(mask);
    return (value) => {
      if (typeof value !== 'number' || !Number.isSafeInteger(value)) return false;
      const common = BigInt.asUintN(64, BigInt(value)) & wide;
      return want === 'all' ? common === wide : (common !== 0n) === (want === 'any');
    };
  };

const operators: Readonly<Record<string, (given: unknown, at: string) => Matcher>> = {
  in: isIn,
  prefix: ofText((text, operand) => text.startsWith(operand)),
  suffix: ofText((text, operand) => text.endsWith(operand)),
  contains: ofText((text, operand) => text.includes(operand)),
  gt: ofNumber((number, operand) => number > operand),
  gte: ofNumber((number, operand) => number >= operand),
  lt: ofNumber((number, operand) => number < operand),
  lte: ofNumber((number, operand) => number <= operand),
  has_bits: bits('all'),
  any_bits: bits('any'),
  lacks_bits: bits('none'),
  present: (given, at) => {
    if (typeof given !== 'boolean') throw new ConditionError(`${at} takes true or false`);
    return (value) => (value !== undefined) === given;
  },
};

const compileMatcher = (given: unknown, at: string): Matcher => {
  if (!isObject(given)) return isIn(given, at);
  const matchers = Object.entries(given).map(([name, operand]) => {
    const operator = Object.hasOwn(operators, name) ? operators[name] : undefined;
    if (operator === undefined) {
      throw new ConditionError(
        `${at}.${name} is no operator; there are ${Object.keys(operators).join(', ')}`,
      );
    }
    return operator(operand, `${at}.${name}`);
  });
  if (matchers.length === 0) throw new ConditionError(`${at} is empty`);
  return (value) => matchers.every((matcher) => matcher(value));
};

const fieldName = /^[a-z][a-z0-9_]{0,63}$/;

const compileList = (given: unknown, at: string, depth: number): readonly Condition[] => {
  if (!Array.isArray(given) || given.length === 0 || given.length > maxOperands) {
    throw new ConditionError(`${at} takes a list of 1 to ${String(maxOperands)} conditions`);
  }
  return given.map((each, index) => compile(each, `${at}[${String(index)}]`, depth + 1));
};

const compilePart = (name: string, given: unknown, at: string, depth: number): Condition => {
  if (name === 'all') {
    const parts = compileList(given, at, depth);
    return (fields) => parts.every((part) => part(fields));
  }
  if (name === 'any') {
    const parts = compileList(given, at, depth);
    return (fields) => parts.some((part) => part(fields));
  }
  if (name === 'not') {
    const part = compile(given, at, depth + 1);
    return (fields) => !part(fields);
  }
  if (!fieldName.test(name)) throw new ConditionError(`${at} is no name of a field`);
  const matcher = compileMatcher(given, at);
  return (fields) => matcher(fields[name]);
};

const compile = (given: unknown, at: string, depth: number): Condition => {
  if (depth > maxDepth) throw new ConditionError(`${at} is nested more than ${String(maxDepth)} deep`);
  if (!isObject(given))
    throw new ConditionError(`${at} is not a condition: write field: value, all, any or not`);
  const parts = Object.entries(given).map(([name, value]) =>
    compilePart(name, value, `${at}.${name}`, depth),
  );
  if (parts.length === 0) throw new ConditionError(`${at} is empty`);
  return (fields) => parts.every((part) => part(fields));
};

/**
 * Compiles a condition as rules write it. All parts of an object must hold; `all`, `any` and `not` combine; every other key
 * is a field with a value, a list of values, or operators (`in prefix suffix contains gt gte lt lte has_bits any_bits
 * lacks_bits present`). A field that an event does not tell matches nothing but `present: false`. There are no regular
 * expressions, so no rule can be slow. Throws `ConditionError` that names the place.
 */
export const compileCondition = (given: unknown, at: string): Condition => compile(given, at, 0);
