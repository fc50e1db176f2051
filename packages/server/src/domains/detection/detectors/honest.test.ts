import { describe, expect, it } from 'vitest';
import { createDetectorModel } from './index.ts';
import { judgeTrace } from './testing/judge.ts';
import { trace } from './testing/traces.ts';
import { honest } from './testing/workloads.ts';

const hour = 3600;
const model = createDetectorModel();

describe('honest work stays quiet', () => {
  const cases = Object.entries(honest).flatMap(([name, workload]) =>
    [1, 10, 60].map((intervalS) => ({ name, workload, intervalS })),
  );
  it.each(cases)('$name at a record each $intervalS s', ({ workload, intervalS }) => {
    for (const seed of [1, 2]) {
      const { alerts, reasons } = judgeTrace(model, trace(workload, { seconds: 4 * hour, intervalS, seed }));
      expect({ alerts, why: alerts.map((name) => reasons[name]?.text) }).toEqual({ alerts: [], why: [] });
    }
  });
});
