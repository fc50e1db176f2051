import { describe, expect, it } from 'vitest';
import { knownMetrics, type KnownMetric } from '@gpushield/contracts';
import { deviceNames, scenarioNames, simulateCourse, simulateFleet, type Course } from './index.ts';

const run = (course: Course, steps = 720) => {
  const gpu = simulateCourse(course);
  return Array.from({ length: steps }, (_, step) => gpu.next(step * 10_000, 10_000));
};

describe('a simulated GPU', () => {
  it.each(scenarioNames)('%s: equal seeds give equal traces, other seeds others', (scenario) => {
    const course = { device: 'h100', scenario, seed: 7 } as const;
    expect(run(course, 200)).toEqual(run(course, 200));
    expect(run({ ...course, seed: 8 }, 200)).not.toEqual(run(course, 200));
  });

  it.each(scenarioNames)('%s: every reading is one that the API takes, on every device', (scenario) => {
    const refused: string[] = [];
    for (const device of deviceNames) {
      for (const sample of run({ device, scenario, seed: 3 }, 300)) {
        for (const [name, value] of Object.entries(sample ?? {})) {
          const [, least, most] = knownMetrics[name as KnownMetric];
          if (!(value >= least && value <= most)) refused.push(`${device} ${name} ${value}`);
        }
      }
    }
    expect(refused).toEqual([]);
  });
});

it('a fleet has its incidents, spread over it, and the same ones for the same seed', () => {
  const options = { nodes: 5, gpusPerNode: 8, seed: 1, fromS: 60, incidents: ['mining', 'failing'] } as const;
  const fleet = simulateFleet(options);
  expect(fleet).toEqual(simulateFleet(options));
  const odd = fleet.filter(({ course }) => course.before !== undefined);
  expect(odd.map(({ node, course }) => [node, course.scenario])).toEqual([
    [1, 'mining'],
    [3, 'failing'],
  ]);
});
