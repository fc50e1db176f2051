import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ScoreState, SyscallEvent } from '../types.ts';
import { createScoring } from './engine.ts';
import { explainState } from './explain.ts';
import { parseRules } from './parse-rules.ts';

const rules = parseRules([
  {
    file: 'test.yaml',
    text: `
- { id: open, title: Opened, weight: 47, cap: 3, tactic: one, syscall: open, tests: [{ fires: true, events: [{ syscall: open }] }] }
- { id: bad-open, title: Opened badly, weight: 60, technique: T1003, tactic: two, syscall: [open, openat], when: { path: /bad }, tests: [{ fires: true, events: [{ syscall: open, metadata: { path: /bad } }] }] }
- id: chain
  title: A chain
  weight: 90
  cap: 2
  tactic: one
  sequence: { within: 10s, steps: [{ syscall: a, key: fd }, { syscall: b, key: fd }, { syscall: c }] }
  tests: [{ fires: true, events: [{ syscall: a, metadata: { fd: 1 } }, { syscall: b, metadata: { fd: 1 } }, { syscall: c }] }]
`,
  },
]);
const scoring = createScoring(rules);
const startUs = 1_767_225_600_000_000;
const startMs = startUs / 1000;

const event = (
  index: number,
  atMs: number,
  syscall: string,
  fields: SyscallEvent['fields'] = {},
): SyscallEvent => ({
  id: `00000000-0000-8000-8000-${String(index).padStart(12, '0')}`,
  agentId: 'a',
  processId: 'a:1',
  pid: 1,
  occurredAtUs: startUs + atMs * 1000,
  syscall,
  fields,
});

const someEvents = fc
  .array(
    fc.record({
      atMs: fc.integer({ min: 0, max: 60_000 }),
      syscall: fc.constantFrom('open', 'openat', 'a', 'b', 'c', 'read'),
      fd: fc.integer({ min: 1, max: 3 }),
      path: fc.constantFrom('/bad', '/good'),
    }),
    { maxLength: 300 },
  )
  .map((list) => list.map(({ atMs, syscall, fd, path }, index) => event(index, atMs, syscall, { fd, path })));

/** The same events in another order, in batches, some of them twice. */
const deliveries = someEvents.chain((events) =>
  fc.record({
    events: fc.constant(events),
    order: fc.array(fc.integer({ min: 0, max: Math.max(0, events.length - 1) }), { maxLength: 100 }),
    sizes: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 10 }),
    seed: fc.integer(),
  }),
);

const inBatches = (events: readonly SyscallEvent[], sizes: readonly number[]): readonly SyscallEvent[][] => {
  const batches: SyscallEvent[][] = [];
  for (let from = 0, turn = 0; from < events.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    batches.push(events.slice(from, from + size));
    from += size;
  }
  return batches;
};

describe('a state', () => {
  it('is the same whatever the order, the batches and the repetitions in which the events came', () => {
    fc.assert(
      fc.property(deliveries, ({ events, order, sizes, seed }) => {
        const again = order.flatMap((index) => events[index] ?? []);
        const shuffled = [...events, ...again].sort((a, b) =>
          Math.sin(seed + Number(a.id.slice(-6)) * 7919) < Math.sin(seed + Number(b.id.slice(-6)) * 7919)
            ? -1
            : 1,
        );
        const whole = scoring.apply(scoring.empty, events);
        const parts = inBatches(shuffled, sizes);
        const one = parts.reduce<ScoreState>((state, batch) => scoring.apply(state, batch), scoring.empty);
        expect(one).toEqual(whole);
        const merged = parts
          .map((batch) => scoring.apply(scoring.empty, batch))
          .reduceRight<ScoreState>((a, b) => scoring.merge(a, b), scoring.empty);
        expect(merged).toEqual(whole);
        expect(scoring.merge(whole, whole)).toEqual(whole);
      }),
    );
  });

  it('stays the very same object when nothing in the events counts', () => {
    const state = scoring.apply(scoring.empty, [event(1, 0, 'open')]);
    expect(scoring.apply(state, [event(2, 1, 'read'), event(3, 2, 'close')])).toBe(state);
  });

  it('is bounded, however many events count', () => {
    const many = Array.from({ length: 5000 }, (_, index) =>
      event(index, index, index % 2 === 0 ? 'open' : 'a', { fd: 1 }),
    );
    const { contributions, marks } = scoring.apply(scoring.empty, many);
    expect([contributions.length, marks.length]).toEqual([3, 64]);
  });
});

describe('a sequence', () => {
  const chain = (...steps: readonly [string, number, number][]) =>
    scoring
      .contributionsOf(
        scoring.apply(
          scoring.empty,
          steps.map(([syscall, atMs, fd], index) => event(index, atMs, syscall, { fd })),
        ),
      )
      .map(({ rule }) => rule);

  it.each<[string, readonly [string, number, number][], number]>([
    [
      'its steps in order',
      [
        ['a', 0, 1],
        ['b', 5, 1],
        ['c', 9, 0],
      ],
      1,
    ],
    [
      'steps of another key',
      [
        ['a', 0, 1],
        ['b', 5, 2],
        ['c', 9, 0],
      ],
      0,
    ],
    [
      'steps in the wrong order',
      [
        ['b', 0, 1],
        ['a', 5, 1],
        ['c', 9, 0],
      ],
      0,
    ],
    [
      'too long a time',
      [
        ['a', 0, 1],
        ['b', 5, 1],
        ['c', 10_001, 0],
      ],
      0,
    ],
    [
      'a later beginning in time',
      [
        ['a', 0, 1],
        ['a', 500, 1],
        ['b', 600, 1],
        ['c', 10_400, 0],
      ],
      1,
    ],
    [
      'another key between',
      [
        ['a', 0, 1],
        ['a', 2, 2],
        ['b', 5, 1],
        ['c', 9, 0],
      ],
      1,
    ],
  ])('of %s', (_what, steps, firings) => {
    expect(chain(...steps)).toHaveLength(firings);
  });
});

describe('the risk', () => {
  const risk = (events: readonly SyscallEvent[], afterMs: number) =>
    scoring.riskAt(scoring.apply(scoring.empty, events), startMs + afterMs);

  it('is the formula: one minus the product of what each leaves, halving by the hour', () => {
    expect(risk([event(1, 0, 'open')], 0)).toBeCloseTo(47);
    expect(risk([event(1, 0, 'open'), event(2, 0, 'open')], 0)).toBeCloseTo(100 * (1 - 0.53 * 0.53));
    expect(risk([event(1, 0, 'open')], 3_600_000)).toBeCloseTo(23.5);
  });

  it('counts a rule as often as its cap', () => {
    const opens = Array.from({ length: 50 }, (_, index) => event(index, 0, 'open'));
    expect(risk(opens, 0)).toBeCloseTo(100 * (1 - 0.53 ** 3));
  });

  it('grows a little for each further tactic', () => {
    const both = [event(1, 0, 'openat', { path: '/bad' }), event(2, 0, 'open')];
    expect(risk(both, 0)).toBeCloseTo(100 * (1 - 0.4 * 0.53 * (1 - 0.047)));
  });

  it('is from 0 to 100, only falls, and falls below a threshold at the time that was foretold', () => {
    fc.assert(
      fc.property(someEvents, fc.integer({ min: 1, max: 99 }), (events, threshold) => {
        const state = scoring.apply(scoring.empty, events);
        const fromMs = startMs + 60_000;
        const now = scoring.riskAt(state, fromMs);
        expect(now).toBeGreaterThanOrEqual(0);
        expect(now).toBeLessThanOrEqual(100);
        expect(scoring.riskAt(state, fromMs + 1000)).toBeLessThanOrEqual(now);
        const at = scoring.fallsBelowAt(state, threshold, fromMs);
        expect(at === undefined).toBe(now < threshold);
        if (at === undefined) return;
        expect(scoring.riskAt(state, at)).toBeLessThan(threshold);
        expect(scoring.riskAt(state, at - 1)).toBeGreaterThanOrEqual(threshold);
      }),
    );
  });

  it('is explained, the strongest first', () => {
    const state = scoring.apply(scoring.empty, [
      event(1, 0, 'openat', { path: '/bad' }),
      event(2, 0, 'open'),
    ]);
    const withBaseline: ScoreState = { ...state, baseline: { weight: 20, atMs: startMs, model: 'm' } };
    const explained = explainState(scoring, withBaseline, startMs + 3_600_000);
    expect(explained.map(({ rule, decayedWeight }) => [rule, decayedWeight])).toEqual([
      ['bad-open', 30],
      ['open', 23.5],
      ['behaviour-baseline', 10],
    ]);
    expect(explained[0]).toMatchObject({ technique: 'T1003', title: 'Opened badly', weight: 60 });
  });
});
