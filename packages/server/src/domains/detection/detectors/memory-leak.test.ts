import { describe, expect, it } from 'vitest';
import { createDetectorModel } from './index.ts';
import { judgeTrace } from './testing/judge.ts';
import { trace, type Workload } from './testing/traces.ts';
import { inference } from './testing/workloads.ts';

const hour = 3600;
const model = createDetectorModel();
const withMemory =
  (memory: (tS: number, noise: number) => number): Workload =>
  (tS, noise) => ({ ...inference(tS, noise), memory: memory(tS, noise()) });

describe.each([1, 10, 60])('with a record each %i s', (intervalS) => {
  const judge = (memory: (tS: number, noise: number) => number, hours: number) =>
    judgeTrace(model, trace(withMemory(memory), { seconds: hours * hour, intervalS }));

  it('a leak that fills the GPU within hours is found before it is full', () => {
    const leak = judge((tS) => 20_000 + 60_000 * Math.max(0, (tS - hour) / (3 * hour)), 3.8);
    expect(leak.alerts).toEqual(['memory_leak']);
    expect(leak.firstS['memory_leak']).toBeLessThan(3 * hour);
    expect(leak.reasons['memory_leak']?.text).toMatch(/without falling back.*full in about/);
  });

  it('a leak that takes most of a day is found', () => {
    expect(judge((tS, noise) => 20_000 + 55_000 * (tS / (16 * hour)) + 60 * noise, 15.5).alerts).toEqual([
      'memory_leak',
    ]);
  });

  const caches = [
    ['a cache that fills and empties', (tS: number) => 30_000 + (40_000 * (tS % 1500)) / 1500],
    ['a slow cache that fills and empties', (tS: number) => 30_000 + (40_000 * (tS % 5400)) / 5400],
    ['a cache that fills and stays', (tS: number) => 20_000 + 50_000 * (1 - Math.exp(-tS / 1800))],
    ['a model that is loaded in ten minutes', (tS: number) => Math.min(70_000, 117 * tS)],
    ['memory in a few steps', (tS: number) => 10_000 + 20_000 * Math.floor(tS / hour)],
    ['memory that wanders', (_tS: number, noise: number) => 40_000 + 8000 * noise],
  ] as const;
  it.each(caches)('%s is no leak', (_name, memory) => {
    expect(judge(memory, 3.5).alerts).toEqual([]);
  });
});
