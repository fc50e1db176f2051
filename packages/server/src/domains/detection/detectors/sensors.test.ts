import { describe, expect, it } from 'vitest';
import { createDetectorModel } from './index.ts';
import { judgeTrace } from './testing/judge.ts';
import { trace, type Workload } from './testing/traces.ts';
import { idle, inference, linearAlgebra, training, withReadings } from './testing/workloads.ts';

const hour = 3600;
const model = createDetectorModel();
const judge = (workload: Workload, intervalS: number) =>
  judgeTrace(model, trace(workload, { seconds: 2 * hour, intervalS }));

describe.each([1, 10, 60])('with a record each %i s', (intervalS) => {
  const lies = [
    ['more memory in use than there is', () => ({ memory_used: 90_000 })],
    ['work with the clock standing still', () => ({ sm_clock: 0 })],
    ['power far above the limit', () => ({ power_usage: 980 })],
    ['a temperature below freezing', () => ({ temperature: -40 })],
    ['tensor pipes at work on an idle GPU', () => ({ gpu_utilization: 0, tensor_utilization: 60 })],
  ] as const;
  it.each(lies)('%s is impossible', (_name, override) => {
    expect(judge(withReadings(training, hour, override), intervalS).alerts).toContain('impossible_reading');
  });

  it('readings that all stand still under load are found', () => {
    const frozen = withReadings(training, hour, () => ({
      gpu_utilization: 93,
      power_usage: 488.2,
      temperature: 57,
      sm_clock: 1905,
      pcie_rx: 8.1e8,
      pcie_tx: 2.3e8,
      memory_bandwidth_utilization: 46,
      fan_speed: 51,
      tensor_utilization: 42,
    }));
    expect(judge(frozen, intervalS).alerts).toContain('frozen_sensor');
  });

  it('a power reading that stands still while the work varies is found', () => {
    expect(
      judge(
        withReadings(training, hour, () => ({ power_usage: 431.5 })),
        intervalS,
      ).alerts,
    ).toContain('frozen_sensor');
  });

  it('a temperature that stands still while the load swings is found', () => {
    const workload: Workload = (tS, noise) =>
      tS % 600 < 300 ? linearAlgebra(tS, noise) : { utilization: 20 };
    expect(
      judge(
        withReadings(workload, hour, () => ({ temperature: 41 })),
        intervalS,
      ).alerts,
    ).toContain('frozen_sensor');
  });
});

describe('energy and power', () => {
  const metered =
    (workload: Workload, told: number): Workload =>
    (tS, noise) => {
      const power = 400 + 5 * noise();
      return {
        ...workload(tS, noise),
        override: { power_usage: told * power, energy_consumption: 400 * tS },
      };
    };
  it('power that the energy counter contradicts is found', () => {
    expect(judge(metered(inference, 0.4), 10).alerts).toContain('impossible_reading');
  });
  it('power that agrees with the energy counter stays quiet, through a reset of the counter', () => {
    const reset: Workload = (tS, noise) => {
      const demand = metered(training, 1)(tS, noise);
      return { ...demand, override: { ...demand.override, energy_consumption: 400 * (tS % hour) } };
    };
    expect(judge(reset, 10).alerts).toEqual([]);
  });
});

describe('rest', () => {
  it('may have constant readings', () => {
    const still = withReadings(idle, 0, () => ({
      gpu_utilization: 0,
      power_usage: 68,
      temperature: 33,
      sm_clock: 345,
      pcie_rx: 0,
      pcie_tx: 0,
    }));
    expect(judge(still, 10).alerts).toEqual([]);
  });
});
