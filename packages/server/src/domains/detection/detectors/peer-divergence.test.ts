import { describe, expect, it } from 'vitest';
import { createDetectorModel } from './index.ts';
import { startMs } from './testing/judge.ts';
import { trace, valuesOf, type Workload } from './testing/traces.ts';
import { inference, miner, switching, training, withReadings } from './testing/workloads.ts';

const hour = 3600;
const gpus = 4;

/** Alerts of the first GPU of a node, whose others run `others`. */
const judgeNode = (first: Workload, others: readonly Workload[], intervalS: number): readonly string[] => {
  const model = createDetectorModel();
  const states = Array.from({ length: gpus }, () => model.initial());
  const traces = [first, ...others].map((workload, n) =>
    trace(workload, { seconds: 2 * hour, intervalS, seed: n + 1 }),
  );
  const scores = new Float32Array(model.detectors.length);
  const alerts = new Set<string>();
  const running = new Map<string, number>();
  traces[0]?.forEach(({ tS }, index) => {
    states.forEach((state, gpu) => {
      const row = traces[gpu]?.[index]?.row ?? {};
      const peers = states.filter((_state, other) => other !== gpu);
      model.step(
        state,
        { timestampMs: startMs + tS * 1000, values: valuesOf(row), offset: 0, peers },
        scores,
      );
      if (gpu > 0) return;
      model.detectors.forEach((name, place) => {
        const length = (scores[place] ?? 0) >= 0.7 ? (running.get(name) ?? 0) + 1 : 0;
        running.set(name, length);
        if (length >= 3) alerts.add(name);
      });
    });
  });
  return [...alerts];
};
const siblings = [training, training, training];

describe.each([1, 10, 60])('with a record each %i s', (intervalS) => {
  it('GPUs of one job stay quiet, a straggler within reason too', () => {
    const straggler: Workload = (tS, noise) => {
      const demand = training(tS, noise);
      return { ...demand, utilization: demand.utilization * 0.88, clock: 1800 };
    };
    expect(judgeNode(straggler, siblings, intervalS)).toEqual([]);
  });

  it('a GPU that hangs while its job goes on is found', () => {
    const hangs = switching(training, hour, () => ({ utilization: 0, load: 0.08, memory: 61_000 }));
    expect(judgeNode(hangs, siblings, intervalS)).toEqual(['peer_divergence']);
  });

  it('a GPU that grows hotter than its neighbours at the same power is found', () => {
    const hot = withReadings(training, hour, (tS) => ({ temperature: 79 + Math.round(Math.sin(tS)) }));
    expect(judgeNode(hot, siblings, intervalS)).toContain('peer_divergence');
  });

  it('a GPU slower than its siblings at the same work is found', () => {
    const slow: Workload = (tS, noise) => ({ ...training(tS, noise), load: 0.35, clock: 1000 });
    expect(judgeNode(slow, siblings, intervalS)).toEqual(['peer_divergence']);
  });

  it('different jobs on one node, and a job that ends, are no divergence', () => {
    const ends = switching(training, hour, () => ({ utilization: 0, load: 0 }));
    expect(judgeNode(ends, siblings, intervalS)).toEqual([]);
    expect(judgeNode(inference, siblings, intervalS)).toEqual([]);
    expect(judgeNode(training, [inference, training, miner(0.5, 0)], intervalS)).toEqual([]);
  });
});
