import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileCondition } from './condition.ts';
import { fieldsOf } from './fields.ts';
import { loadRules } from './load-rules.ts';
import { parseRules } from './parse-rules.ts';
import { defaultRiskParameters } from './risk.ts';
import { RuleErrors } from './rule-types.ts';
import { createRuleWatch } from './rule-watch.ts';

const good = (id: string, weight = 50) =>
  `- { id: ${id}, title: T, weight: ${String(weight)}, syscall: open, tests: [{ fires: true, events: [{ syscall: open }] }] }\n`;
const problemsOf = (text: string): readonly string[] => {
  try {
    parseRules([{ file: 'f.yaml', text }]);
    return [];
  } catch (error) {
    if (error instanceof RuleErrors) return error.problems;
    throw error;
  }
};

describe('the rules that come along', () => {
  it('hold their own tests, and cover the techniques that were promised', async () => {
    const { rules } = await loadRules(undefined);
    const techniques = new Set(
      rules.map(({ technique }) => technique?.slice(0, 5)).filter((each) => each !== undefined),
    );
    expect(techniques.size).toBeGreaterThanOrEqual(25);
    for (const promised of [
      'T1620',
      'T1059',
      'T1055',
      'T1547',
      'T1548',
      'T1611',
      'T1014',
      'T1496',
      'T1105',
    ]) {
      expect(techniques).toContain(promised);
    }
    // A rule with no counter-example would hold its tests by firing always.
    const withoutOpposite = rules.filter(
      ({ id, tests }) => !id.startsWith('falco-') && tests.every(({ fires }) => fires),
    );
    expect(withoutOpposite.map(({ id }) => id)).toEqual([]);
  });
});

describe('a file of rules that is wrong', () => {
  it.each<[string, string, RegExp]>([
    ['is no YAML', 'a: [', /f\.yaml/],
    ['is no list', 'a: 1', /must be a list/],
    ['has an alias', '- &a { id: x }\n- *a', /alias/],
    ['has an unknown field', good('x').replace('title: T', 'title: T, colour: red'), /x: colour is unknown/],
    ['has no weight', good('x').replace('weight: 50, ', ''), /x: weight must be an integer from 1 to 99/],
    [
      'has a technique that is none',
      good('x').replace('title: T', 'title: T, technique: X1'),
      /technique must be such as T1620/,
    ],
    [
      'has no test that fires',
      good('x').replace('fires: true', 'fires: false'),
      /at least one test that fires/,
    ],
    [
      'names an operator that there is not',
      good('x').replace('syscall: open', 'syscall: open, when: { path: { matches: a } }'),
      /when\.path\.matches is no operator/,
    ],
    [
      'compares numbers with a text',
      good('x').replace('syscall: open', 'syscall: open, when: { uid: { gt: abc } }'),
      /when\.uid\.gt takes a number/,
    ],
    ['has a rule twice', good('x') + good('x'), /two rules of this id/],
    [
      'has a sequence of one step',
      '- { id: x, title: T, weight: 5, sequence: { within: 1s, steps: [{ syscall: a }] }, tests: [{ fires: true, events: [{ syscall: a }] }] }',
      /2 to 5 steps/,
    ],
    [
      'waits for a year',
      '- { id: x, title: T, weight: 5, sequence: { within: 9000h, steps: [{ syscall: a }, { syscall: b }] }, tests: [{ fires: true, events: [{ syscall: a }] }] }',
      /a time up to a day/,
    ],
  ])('%s is refused with its place', (_what, text, message) => {
    expect(problemsOf(text).join('\n')).toMatch(message);
  });

  it('is told whole, not one problem at a time', () => {
    expect(problemsOf(good('x', 0) + good('y', 100) + good('z'))).toHaveLength(2);
  });
});

describe('a condition', () => {
  const holds = (condition: object, fields: Record<string, string | number | boolean>) =>
    compileCondition(condition, 'when')(fields);

  it('combines with all, any and not, and its parts must all hold', () => {
    const condition = { a: 1, any: [{ b: 'x' }, { b: { prefix: 'y' } }], not: { c: true } };
    expect(holds(condition, { a: 1, b: 'yes' })).toBe(true);
    expect(holds(condition, { a: 1, b: 'no' })).toBe(false);
    expect(holds(condition, { a: 1, b: 'x', c: true })).toBe(false);
  });

  it.each<[object, boolean]>([
    [{ flags: { has_bits: 0x30 } }, true],
    [{ flags: { has_bits: 0x31 } }, false],
    [{ flags: { any_bits: 0x11 } }, true],
    [{ flags: { lacks_bits: 0x0f } }, true],
    [{ missing: { lacks_bits: 1 } }, false],
    [{ missing: { present: false } }, true],
    [{ text: { gt: 1 } }, false],
    [{ flags: { gte: 0x30, lt: 0x31 } }, true],
    [{ wide: { has_bits: 0x100000000 } }, true],
  ])('%j is %s', (condition, expected) => {
    expect(holds(condition, { flags: 0x30, text: 'x', wide: 0x100000001 })).toBe(expected);
  });

  it('is bounded in depth', () => {
    let deep: object = { a: 1 };
    for (let depth = 0; depth < 20; depth += 1) deep = { not: deep };
    expect(() => compileCondition(deep, 'when')).toThrow(/nested/);
  });
});

describe('the fields of an event', () => {
  it('are flat, and metadata never passes for what the event itself says', () => {
    const fields = fieldsOf(
      {
        pid: 1,
        timestamp: '2026-01-01T00:00:00Z',
        command: 'x',
        executable: '/opt/dir/x',
        arguments: ['x', '-y'],
        metadata: {
          comm: 'sudo',
          uid: 0,
          path: '/etc/shadow',
          nested: { a: 1 },
          'Bad-Name': 1,
          request: 0xc020462a,
        },
      },
      'ioctl',
    );
    expect(fields).toEqual({
      comm: 'x',
      exe: '/opt/dir/x',
      exe_dir: '/opt/dir',
      exe_name: 'x',
      cmdline: 'x -y',
      path: '/etc/shadow',
      path_dir: '/etc',
      path_name: 'shadow',
      request: 0xc020462a,
      ioctl: 'nvidia:rm_control',
    });
  });
});

describe("an operator's rules", () => {
  let directory = '';
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'gpushield-rules-'));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  it('replace built-in ones, are read anew when they change, and stay in force when the new ones are wrong', async () => {
    const file = join(directory, 'own.yaml');
    await writeFile(file, good('ptrace-attach', 11));
    const errors: unknown[] = [];
    const watch = createRuleWatch({
      directory,
      parameters: defaultRiskParameters,
      intervalMs: 20,
      log: { info: () => undefined, error: (facts) => errors.push(facts) },
    });
    await watch.start();
    const weight = () => watch.current().rules.get('ptrace-attach')?.weight;
    expect(weight()).toBe(11);
    await writeFile(file, good('ptrace-attach', 12));
    await expect.poll(weight).toBe(12);
    await writeFile(file, good('ptrace-attach', 0));
    await expect.poll(() => watch.problems()).toEqual([expect.stringContaining('weight must be')]);
    // The file may be read half written, which is another problem before this one.
    expect(weight()).toBe(12);
    expect(errors.length).toBeGreaterThan(0);
    await writeFile(file, good('ptrace-attach', 13));
    await expect.poll(weight).toBe(13);
    expect(watch.problems()).toEqual([]);
    await watch.stop();
  });

  it('that are wrong at the start stop the start', async () => {
    await writeFile(join(directory, 'own.yaml'), 'a: [');
    const log = { info: () => undefined, error: () => undefined };
    const watch = createRuleWatch({ directory, parameters: defaultRiskParameters, log });
    await expect(watch.start()).rejects.toThrow(RuleErrors);
  });
});
