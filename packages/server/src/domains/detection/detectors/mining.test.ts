import { describe, expect, it } from 'vitest';
import { createDetectorModel } from './index.ts';
import { judgeTrace } from './testing/judge.ts';
import { trace } from './testing/traces.ts';
import { fft, miner, switching, training, withReadings } from './testing/workloads.ts';

const hour = 3600;
const model = createDetectorModel();

describe('mining', () => {
  const cases = [1, 0.39, 0.2].flatMap((intensity) =>
    [1, 10, 60].map((intervalS) => ({ intensity, intervalS })),
  );
  it.each(cases)(
    'is found at intensity $intensity, a record each $intervalS s, within 40 minutes',
    ({ intensity, intervalS }) => {
      const { alerts, firstS, reasons } = judgeTrace(
        model,
        trace(miner(intensity, 1800), { seconds: 1800 + hour, intervalS }),
      );
      expect(alerts).toEqual(['mining']);
      expect(firstS['mining']).toBeLessThan(1800 + 2400);
      expect(reasons['mining']?.text).toMatch(/^Power \d+ W on a plateau for \d+ min.*cryptomining$/);
    },
  );

  it('is found where it follows training on the same GPU', () => {
    const { alerts } = judgeTrace(
      model,
      trace(switching(training, 2 * hour, miner(0.8, 0)), { seconds: 4 * hour, intervalS: 10 }),
    );
    expect(alerts).toEqual(['mining']);
  });

  it('raises no alert from steadiness alone, where tensor pipes and traffic are not reported', () => {
    const blind = withReadings(fft, 0, () => ({
      tensor_utilization: NaN,
      pcie_rx: NaN,
      pcie_tx: NaN,
      nvlink_rx: NaN,
      nvlink_tx: NaN,
    }));
    expect(judgeTrace(model, trace(blind, { seconds: 3 * hour, intervalS: 10 })).alerts).toEqual([]);
  });
});
