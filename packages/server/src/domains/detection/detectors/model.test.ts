import { knownMetricNames, knownMetrics } from '@gpushield/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDetectorModel } from './index.ts';
import { startMs } from './testing/judge.ts';
import { trace, valuesOf } from './testing/traces.ts';
import { miner, training } from './testing/workloads.ts';

const row = fc
  .tuple(
    ...knownMetricNames.map((name) => {
      const [, minimum, maximum] = knownMetrics[name];
      return fc.oneof(
        { weight: 2, arbitrary: fc.constant(NaN) },
        {
          weight: 4,
          arbitrary: fc.double({ min: Math.max(minimum, 0), max: Math.min(maximum, 1000), noNaN: true }),
        },
        { weight: 1, arbitrary: fc.constantFrom(minimum, maximum, 0) },
      );
    }),
  )
  .map((values) => Float64Array.from(values));
const step = fc.record({
  values: row,
  laterMs: fc.oneof(fc.constantFrom(1, 1000, 10_000, 60_000), fc.integer({ min: 1, max: 40 * 86_400_000 })),
});
const steps = fc.array(step, { minLength: 1, maxLength: 60 });

interface Run {
  readonly state: Float64Array;
  readonly scores: readonly Float32Array[];
  readonly texts: readonly string[];
}

/** Plays steps from a state; every `restart` steps the state goes through bytes into another model. */
const play = (given: readonly { values: Float64Array; laterMs: number }[], restart = Infinity): Run => {
  let model = createDetectorModel();
  let state = model.initial();
  const neighbour = model.initial();
  const all: Float32Array[] = [];
  const texts: string[] = [];
  let timestampMs = startMs;
  given.forEach(({ values, laterMs }, index) => {
    timestampMs += laterMs;
    if (index % restart === restart - 1) {
      model = createDetectorModel();
      state = new Float64Array(new Uint8Array(state.buffer).slice().buffer);
    }
    const input = { timestampMs, values, offset: 0, peers: [neighbour, neighbour, neighbour] };
    const scores = new Float32Array(model.detectors.length);
    model.step(state, input, scores);
    model.step(neighbour, { ...input, peers: [] }, new Float32Array(scores.length));
    all.push(scores);
    texts.push(...model.explain(state, input, scores.slice().fill(1)).map(({ text }) => text));
  });
  return { state, scores: all, texts };
};

describe('whatever records say', () => {
  it('scores are numbers from 0 to 1, reasons have a text, and the state keeps its length', () => {
    fc.assert(
      fc.property(steps, (given) => {
        const { state, scores, texts } = play(given);
        expect(state.length).toBe(createDetectorModel().stateLength);
        for (const score of scores.flatMap((each) => [...each])) {
          expect(score).toBeGreaterThanOrEqual(0);
          expect(score).toBeLessThanOrEqual(1);
        }
        for (const text of texts) expect(text.length).toBeGreaterThan(10);
      }),
      { numRuns: 150 },
    );
  });

  it('two models agree to the bit, also when the state is restored from bytes on the way', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 7 }), (given, restart) => {
        const one = play(given);
        const two = play(given, restart);
        expect(new Uint8Array(two.state.buffer)).toEqual(new Uint8Array(one.state.buffer));
        expect(two.scores).toEqual(one.scores);
      }),
      { numRuns: 100 },
    );
  });

  it('explaining changes nothing', () => {
    fc.assert(
      fc.property(steps, (given) => {
        const model = createDetectorModel();
        const { state } = play(given);
        const before = state.slice();
        const input = { timestampMs: startMs * 2, values: valuesOf({}), offset: 0, peers: [] };
        model.explain(state, input, new Float32Array(model.detectors.length).fill(1));
        expect(state).toEqual(before);
      }),
      { numRuns: 50 },
    );
  });
});

describe('a state', () => {
  it('knows when it last saw a record, and 0 before the first', () => {
    const model = createDetectorModel();
    const state = model.initial();
    expect(model.lastMs(state)).toBe(0);
    const input = { timestampMs: startMs, values: valuesOf({ gpu_utilization: 5 }), offset: 0, peers: [] };
    model.step(state, input, new Float32Array(model.detectors.length));
    expect(model.lastMs(state)).toBe(startMs);
  });

  it('is read at the offset of the record in a batch', () => {
    const model = createDetectorModel();
    const rows = trace(miner(1, 0), { seconds: 600, intervalS: 10 });
    const batch = new Float64Array(rows.length * knownMetricNames.length);
    rows.forEach((each, index) => batch.set(valuesOf(each.row), index * knownMetricNames.length));
    const alone = model.initial();
    const inBatch = model.initial();
    const scores = new Float32Array(model.detectors.length);
    rows.forEach((each, index) => {
      const timestampMs = startMs + each.tS * 1000;
      model.step(alone, { timestampMs, values: valuesOf(each.row), offset: 0, peers: [] }, scores);
      const offset = index * knownMetricNames.length;
      model.step(inBatch, { timestampMs, values: batch, offset, peers: [] }, scores);
    });
    expect(inBatch).toEqual(alone);
  });

  it('stays silent where nothing that detectors need is reported', () => {
    const model = createDetectorModel();
    const state = model.initial();
    const scores = new Float32Array(model.detectors.length);
    for (const { tS, row: given } of trace(training, { seconds: 3600, intervalS: 10 })) {
      const values = valuesOf({ memory_clock: given.sm_clock ?? 0 });
      model.step(state, { timestampMs: startMs + tS * 1000, values, offset: 0, peers: [] }, scores);
      expect(Math.max(...scores)).toBe(0);
    }
  });
});
