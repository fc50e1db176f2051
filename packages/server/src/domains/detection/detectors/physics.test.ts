import { describe, expect, it } from 'vitest';
import { createDetectorModel } from './index.ts';
import { judgeTrace } from './testing/judge.ts';
import { trace, type Workload } from './testing/traces.ts';
import { idle, inference, linearAlgebra, switching, training, withReadings } from './testing/workloads.ts';

const hour = 3600;
const model = createDetectorModel();
const seconds = 2 * hour;
const intervals = [1, 10, 60];
const judge = (workload: Workload, intervalS: number) =>
  judgeTrace(model, trace(workload, { seconds, intervalS }));

describe.each(intervals)('with a record each %i s', (intervalS) => {
  it('power without utilisation is found, and said in watts', () => {
    const hidden = switching(idle, hour, () => ({ utilization: 2, load: 0.55 }));
    const { alerts, reasons } = judge(hidden, intervalS);
    expect(alerts).toEqual(['power_without_work']);
    expect(reasons['power_without_work']?.text).toMatch(
      /^Power 4\d\d W at [\d.]+ % utilisation; this GPU idles at 6\d(\.\d)? W/,
    );
  });

  it('utilisation at the power of rest is found', () => {
    const claimed = switching(idle, hour, (_tS, noise) => ({
      utilization: 96 + noise(),
      load: 0,
      pcie: 2e9,
    }));
    expect(judge(claimed, intervalS).alerts).toContain('work_without_power');
  });

  it('a GPU hotter than its power explains is found, though it is far below every limit', () => {
    const clogged = withReadings(training, hour, (tS) => ({
      temperature: 62 + Math.min(18, (tS - hour) / 60) + Math.round(Math.sin(tS)),
    }));
    const { alerts, reasons } = judge(clogged, intervalS);
    expect(alerts).toContain('heat');
    expect(reasons['heat']?.text).toContain('at this power this GPU is usually at');
  });

  it('a core above its limit is found without any history', () => {
    const hot = withReadings(training, 0, (tS) => ({ temperature: 97 + Math.round(Math.sin(tS)) }));
    expect(judge(hot, intervalS).alerts).toContain('heat');
  });

  it('a fan that stops under heat is found', () => {
    const stopped = withReadings(linearAlgebra, hour, () => ({ fan_speed: 0 }));
    expect(judge(stopped, intervalS).alerts).toEqual(['fan']);
  });

  it('a GPU slowed down by heat is found', () => {
    const slowed = withReadings(training, hour, () => ({ throttle_thermal: 1, sm_clock: 1100 }));
    expect(judge(slowed, intervalS).alerts).toContain('throttling');
  });

  it('a power brake far below the limit is found, while being held at the limit is not', () => {
    const braked: Workload = (_tS, noise) => ({
      utilization: 97 + noise(),
      load: 0.3,
      tensor: 30,
      clock: 700,
      override: { throttle_power: 1 },
    });
    expect(judge(switching(training, hour, braked), intervalS).alerts).toContain('throttling');
    expect(judge(linearAlgebra, intervalS).alerts).toEqual([]);
  });

  it('work without a process is found where processes were seen before', () => {
    const hidden = withReadings(training, hour, () => ({ process_count: 0 }));
    const { alerts } = judge(hidden, intervalS);
    expect(alerts).toEqual(['hidden_process']);
    const blind = withReadings(training, 0, () => ({ process_count: 0 }));
    expect(judge(blind, intervalS).alerts).toEqual([]);
  });
});

describe('baselines', () => {
  it('do not learn from an attack that it is normal: the score stays for eight hours', () => {
    const hidden = switching(idle, hour, () => ({ utilization: 2, load: 0.55 }));
    const { last } = judgeTrace(model, trace(hidden, { seconds: 9 * hour, intervalS: 10 }));
    expect(last['power_without_work']).toBeGreaterThan(0.95);
  });

  it('follow a workload that changes for good without an alert', () => {
    const { alerts } = judgeTrace(
      model,
      trace(switching(inference, 3 * hour, training), { seconds: 6 * hour, intervalS: 10 }),
    );
    expect(alerts).toEqual([]);
  });
});
