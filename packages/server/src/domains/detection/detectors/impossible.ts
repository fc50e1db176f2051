import type { KnownMetric } from '@gpushield/contracts';
import type { Reason } from '../model.ts';
import type { Detector, Frame } from './detector.ts';
import { metric, say, unitOf } from './metrics.ts';
import { at, follow, ramp, scoreOf, shareOf, sustain } from './numbers.ts';
import { picture } from './picture.ts';

/*
 * Readings that no device can have together: a sensor that fails, or one that lies for somebody. Each rule has a level of
 * its own, since records may carry different metrics.
 */
const tauS = 30;
const rules = ['memory', 'clock', 'limit', 'temperature', 'engines', 'energy'] as const;
const levels = 0;
const energyLast = rules.length;
const energyPower = energyLast + 1;
const reportedPower = energyLast + 2;
const energyTauS = 60;

const read = (frame: Frame, name: KnownMetric): number => at(frame.values, frame.offset + metric[name]);

/** Energy is counted by another part of the device than power is read by; they have to agree. */
const energyEvidence = (state: Float64Array, base: number, frame: Frame): number => {
  const energy = read(frame, 'energy_consumption');
  const before = at(state, base + energyLast);
  if (!Number.isNaN(energy)) state[base + energyLast] = energy;
  const power = at(state, picture.power);
  const gained = energy - before;
  // A counter that was set back, or a pause, tells nothing.
  if (!(gained >= 0 && frame.dtS > 0 && frame.dtS < 110)) return NaN;
  const share = shareOf(frame.dtS, energyTauS);
  follow(state, base + energyPower, gained / frame.dtS, share);
  follow(state, base + reportedPower, read(frame, 'power_usage'), share);
  const counted = at(state, base + energyPower);
  const reported = at(state, base + reportedPower);
  if (!(counted > 0 || power > 0)) return 0;
  // Averages over records a minute apart differ widely while jobs start and stop.
  const size = Math.max(counted, reported, 50);
  return ramp(Math.abs(counted - reported) / size, 0.35, 0.5) * (frame.dtS <= 30 ? 1 : 0.6);
};

const evidenceOf = (rule: number, state: Float64Array, base: number, frame: Frame): number => {
  const utilization = read(frame, 'gpu_utilization');
  if (rule === 0) return ramp(read(frame, 'memory_used') / read(frame, 'memory_total'), 1.005, 1.02);
  if (rule === 1) return ramp(utilization, 10, 30) * ramp(read(frame, 'sm_clock'), 60, 20);
  if (rule === 2) return ramp(read(frame, 'power_usage') / read(frame, 'power_limit'), 1.15, 1.3);
  if (rule === 3) {
    const temperature = read(frame, 'temperature');
    return Math.max(ramp(temperature, 3, -1), ramp(temperature, 125, 130));
  }
  if (rule === 4) {
    const engines = Math.max(
      ramp(read(frame, 'tensor_utilization'), 8, 20) || 0,
      ramp(read(frame, 'memory_bandwidth_utilization'), 15, 30) || 0,
    );
    return engines * ramp(Math.max(utilization, at(state, picture.utilization)), 5, 2);
  }
  return energyEvidence(state, base, frame);
};

/** Which two numbers contradict each other, for people. */
const describe = (
  rule: number,
  state: Float64Array,
  base: number,
  frame: Frame,
): Omit<Reason, 'detector'> => {
  const shown = (name: KnownMetric, expected: number | null, text: string): Omit<Reason, 'detector'> => ({
    metric: name,
    observed: read(frame, name),
    expected,
    unit: unitOf(name),
    text,
  });
  const says = (name: KnownMetric): string => say(read(frame, name), unitOf(name));
  if (rule === 0)
    return shown(
      'memory_used',
      read(frame, 'memory_total'),
      `Memory in use ${says('memory_used')} exceeds the ${says('memory_total')} that the GPU has`,
    );
  if (rule === 1)
    return shown(
      'sm_clock',
      null,
      `Utilisation ${says('gpu_utilization')} with the clock at ${says('sm_clock')}`,
    );
  if (rule === 2)
    return shown(
      'power_usage',
      read(frame, 'power_limit'),
      `Power ${says('power_usage')} stays above the limit of ${says('power_limit')}`,
    );
  if (rule === 3) return shown('temperature', null, `Temperature ${says('temperature')} cannot be true`);
  if (rule === 4) {
    const name =
      read(frame, 'tensor_utilization') > 8 ? 'tensor_utilization' : 'memory_bandwidth_utilization';
    return shown(name, 0, `${name} at ${says(name)} while the utilisation claims ${says('gpu_utilization')}`);
  }
  const counted = at(state, base + energyPower);
  return shown(
    'power_usage',
    counted,
    `Power reads ${say(at(state, base + reportedPower), 'W')} on average, but the energy counter says ${say(counted, 'W')}`,
  );
};

export const impossible: Detector = {
  name: 'impossible_reading',
  slots: reportedPower + 1,
  distrusts: true,
  init(state, base) {
    state[base + energyLast] = NaN;
    state[base + energyPower] = NaN;
    state[base + reportedPower] = NaN;
  },
  step(state, base, frame) {
    let most = 0;
    for (let rule = 0; rule < rules.length; rule += 1) {
      const evidence = evidenceOf(rule, state, base, frame);
      const level = sustain(state, base + levels + rule, evidence, frame.dtS, tauS);
      if (level > most) most = level;
    }
    return scoreOf(most);
  },
  explain(state, base, frame) {
    let rule = 0;
    for (let other = 1; other < rules.length; other += 1)
      if (at(state, base + levels + other) > at(state, base + levels + rule)) rule = other;
    return { detector: 'impossible_reading', ...describe(rule, state, base, frame) };
  },
};
